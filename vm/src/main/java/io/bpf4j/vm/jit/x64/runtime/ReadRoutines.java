package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.R10;
import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R8;
import static io.bpf4j.vm.x64.Gpr.R9;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.BYTE;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.BitCount;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;

/**
 * Reads of memory that may not be there: {@code io.bpf4j.vm.engine.helper.ReadHelpers} as machine code. What belongs to
 * the kernel there, arena and stack, belongs to the process here, where there is nothing of the kernel to read.
 *
 * <p>Everywhere R8 is the target, R9 the size, RDX the address.
 */
final class ReadRoutines {

    /** Which memory is meant. */
    enum Space {
        USER,
        KERNEL,
        EITHER
    }

    /** Where addresses of user space end (TASK_SIZE_MAX). */
    private static final long USER_END = 0x7fff_ffff_f000L;
    private static final int PAGE = 4096;
    private static final int PROCESS_VM_READV = 310;
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long TOPS = 0x8080_8080_8080_8080L;
    /** How much of a string is fetched at a time by system call, to this offset in the scratch bytes. */
    private static final int CHUNK = 1024;

    private final X64Assembler code;
    private final CopyRoutines copies;
    private final FaultTable faults;
    private final RuntimeSettings settings;

    ReadRoutines(X64Assembler code, CopyRoutines copies, FaultTable faults, RuntimeSettings settings) {
        this.code = code;
        this.copies = copies;
        this.faults = faults;
        this.settings = settings;
    }

    private boolean bySystemCall() {
        return settings.reads() == UserReads.SYSTEM_CALL;
    }

    /** Reads a number of bytes: bpf_probe_read and its relatives (target, size, address). */
    void read(Space space) {
        Label nothing = code.label();
        Label fault = code.label();
        Label range = code.label();
        code.mov(DWORD, RSI, RSI);
        code.test(DWORD, RSI, RSI);
        code.jcc(ConditionCode.E, nothing);
        code.mov(QWORD, R8, RDI);
        code.mov(QWORD, R9, RSI);
        check(space, fault, range);
        if (space != Space.KERNEL) {
            code.loadImmediate(RAX, USER_END);
            code.alu(Alu.SUB, QWORD, RAX, RDX);
            code.alu(Alu.CMP, QWORD, R9, RAX);
            code.jcc(ConditionCode.A, fault);
        }
        if (bySystemCall()) {
            fetchUnlessOwn(space, fault, nothing);
        } else {
            code.mov(QWORD, RCX, R9);
            code.mov(QWORD, RSI, RDX);
            copies.copy(fault);
        }
        code.bind(nothing);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.RET);
        failures(fault, range);
    }

    /** Fetches what belongs to the process; what is ours is there and can be copied. */
    private void fetchUnlessOwn(Space space, Label fault, Label done) {
        Label foreign = code.label();
        if (space != Space.USER) {
            code.test(DWORD, R11, R11);
            code.jcc(ConditionCode.NE, foreign);
            code.alu(Alu.CMP, QWORD, R9, RCX);
            code.jcc(ConditionCode.A, fault);
            code.mov(QWORD, RCX, R9);
            code.mov(QWORD, RSI, RDX);
            copies.copy();
            code.jmp(done);
        }
        code.bind(foreign);
        fetch();
        code.alu(Alu.CMP, QWORD, RAX, R9);
        code.jcc(ConditionCode.NE, fault);
    }

    /** Fills the target with zeros and returns what was wrong. */
    private void failures(Label fault, Label range) {
        Label clear = code.label();
        code.bind(range);
        code.loadImmediate(R10, ErrorNumber.ERANGE.result());
        code.jmp(clear);
        code.bind(fault);
        code.loadImmediate(R10, ErrorNumber.EFAULT.result());
        code.bind(clear);
        code.mov(QWORD, RDI, R8);
        code.mov(QWORD, RCX, R9);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.REP_STOSB);
        code.mov(QWORD, RAX, R10);
        code.plain(Plain.RET);
    }

    /** Checks whether the address may be read at all, and sets r11 to 0 if it is not taken for user space. */
    private void check(Space space, Label fault, Label range) {
        Label checked = code.label();
        Label own = code.label();
        code.mov(DWORD, R11, 1);
        if (space == Space.USER) {
            code.loadImmediate(RAX, USER_END);
            code.alu(Alu.CMP, QWORD, RDX, RAX);
            code.jcc(ConditionCode.AE, fault);
            return;
        }
        jumpIfOwn(own);
        if (space == Space.EITHER) {
            code.loadImmediate(RAX, USER_END);
            code.alu(Alu.CMP, QWORD, RDX, RAX);
            code.jcc(ConditionCode.B, checked);
        }
        code.loadImmediate(RAX, USER_END + PAGE);
        code.alu(Alu.CMP, QWORD, RDX, RAX);
        code.jcc(ConditionCode.B, range);
        code.mov(QWORD, RAX, RDX);
        code.shift(Shift.SAR, QWORD, RAX, 47);
        code.alu(Alu.CMP, QWORD, RAX, -1);
        code.jcc(ConditionCode.NE, range);
        code.jmp(fault);
        code.bind(own);
        code.alu(Alu.XOR, DWORD, R11, R11);
        code.bind(checked);
    }

    /** Jumps if the address is in the arena or the thread's block; rcx is then how many bytes there are from it on. */
    private void jumpIfOwn(Label own) {
        code.lea(QWORD, RAX, ThreadBlock.KEY.operand());
        code.mov(DWORD, RCX, settings.threadBlockBytes());
        jumpIfWithin(own);
        code.loadImmediate(RAX, settings.arena());
        code.loadImmediate(RCX, settings.arenaBytes());
        jumpIfWithin(own);
    }

    private void jumpIfWithin(Label own) {
        code.mov(QWORD, R10, RDX);
        code.alu(Alu.SUB, QWORD, R10, RAX);
        code.alu(Alu.SUB, QWORD, RCX, R10);
        code.jcc(ConditionCode.A, own);
    }

    /** Asks the kernel for r9 bytes at rdx, to r8; rax is how many came, rcx, rdi, rsi, r10, r11 and rdx change. */
    private void fetch() {
        code.push(R9);
        code.push(RDX);
        code.push(R9);
        code.push(R8);
        code.mov(DWORD, RDI, ThreadBlock.OWN_PID.operand());
        code.mov(QWORD, RSI, RSP);
        code.lea(QWORD, R10, Memory.at(RSP, 16));
        code.mov(DWORD, RDX, 1);
        code.mov(DWORD, R8, 1);
        code.alu(Alu.XOR, DWORD, R9, R9);
        code.mov(DWORD, RAX, PROCESS_VM_READV);
        code.plain(Plain.SYSCALL);
        code.pop(R8);
        code.pop(R9);
        code.pop(RDX);
        code.pop(R9);
    }

    /** Reads up to a zero: bpf_probe_read_str and its relatives (target, size, address). */
    void readString(Space space) {
        Label nothing = code.label();
        Label fault = code.label();
        Label range = code.label();
        Label full = code.label();
        Label found = code.label();
        code.mov(DWORD, RSI, RSI);
        code.test(DWORD, RSI, RSI);
        code.jcc(ConditionCode.LE, nothing);
        code.mov(QWORD, R8, RDI);
        code.mov(QWORD, R9, RSI);
        check(space, fault, range);
        code.alu(Alu.XOR, DWORD, RCX, RCX);
        if (bySystemCall()) {
            chunks(fault, full, found);
        } else {
            words(fault, full, found);
        }
        code.bind(full);
        code.mov(BYTE, Memory.indexed(R8, R9, 1, -1), 0);
        code.mov(QWORD, RAX, R9);
        code.plain(Plain.RET);
        code.bind(found);
        fillWord();
        code.bind(nothing);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.RET);
        failures(fault, range);
    }

    /** The zero is before rcx: fills its word with zeros if r11 says so and there is room, and returns. */
    private void fillWord() {
        Label out = code.label();
        code.mov(QWORD, RAX, RCX);
        code.test(DWORD, R11, R11);
        code.jcc(ConditionCode.E, out);
        code.lea(QWORD, RDI, Memory.at(RCX, 7));
        code.alu(Alu.AND, QWORD, RDI, -8);
        code.alu(Alu.CMP, QWORD, RDI, R9);
        code.jcc(ConditionCode.A, out);
        Label next = code.here();
        code.alu(Alu.CMP, QWORD, RCX, RDI);
        code.jcc(ConditionCode.AE, out);
        code.mov(BYTE, Memory.indexed(R8, RCX, 1, 0), 0);
        code.unary(Unary.INC, QWORD, RCX);
        code.jmp(next);
        code.bind(out);
        code.plain(Plain.RET);
    }

    /** Copies word by word, and byte by byte where a word is too much. */
    private void words(Label fault, Label full, Label found) {
        Label bytes = code.label();
        Label zero = code.label();
        code.loadImmediate(R10, ONES);
        Label next = code.here();
        code.lea(QWORD, RAX, Memory.at(RCX, 8));
        code.alu(Alu.CMP, QWORD, RAX, R9);
        code.jcc(ConditionCode.A, bytes);
        faults.add(code.here(), bytes);
        code.mov(QWORD, RAX, Memory.indexed(RDX, RCX, 1, 0));
        code.mov(QWORD, RSI, RAX);
        code.unary(Unary.NOT, QWORD, RSI);
        code.mov(QWORD, RDI, RAX);
        code.alu(Alu.SUB, QWORD, RDI, R10);
        code.alu(Alu.AND, QWORD, RSI, RDI);
        code.loadImmediate(RDI, TOPS);
        code.alu(Alu.AND, QWORD, RSI, RDI);
        code.jcc(ConditionCode.NE, zero);
        code.mov(QWORD, Memory.indexed(R8, RCX, 1, 0), RAX);
        code.alu(Alu.ADD, QWORD, RCX, 8);
        code.jmp(next);
        code.bind(zero);
        zeroInWord(bytes);
        code.bind(bytes);
        code.alu(Alu.CMP, QWORD, RCX, R9);
        code.jcc(ConditionCode.E, full);
        faults.add(code.here(), fault);
        code.movzx(RAX, BYTE, Memory.indexed(RDX, RCX, 1, 0));
        code.mov(BYTE, Memory.indexed(R8, RCX, 1, 0), RAX);
        code.unary(Unary.INC, QWORD, RCX);
        code.test(BYTE, RAX, RAX);
        code.jcc(ConditionCode.NE, bytes);
        code.jmp(found);
    }

    /** Writes what is before the zero, and zeros behind it; the lowest bit that is set in rsi says where it is. */
    private void zeroInWord(Label bytes) {
        code.test(DWORD, R11, R11);
        code.jcc(ConditionCode.E, bytes);
        code.mov(QWORD, RDI, RSI);
        code.unary(Unary.NEG, QWORD, RDI);
        code.alu(Alu.AND, QWORD, RDI, RSI);
        code.shift(Shift.SHR, QWORD, RDI, 7);
        code.unary(Unary.DEC, QWORD, RDI);
        code.alu(Alu.AND, QWORD, RDI, RAX);
        code.mov(QWORD, Memory.indexed(R8, RCX, 1, 0), RDI);
        code.count(BitCount.BSF, QWORD, RAX, RSI);
        code.shift(Shift.SHR, DWORD, RAX, 3);
        code.lea(QWORD, RAX, Memory.indexed(RAX, RCX, 1, 1));
        code.plain(Plain.RET);
    }

    /** Fetches a piece of a page at a time, and copies byte by byte. */
    private void chunks(Label fault, Label full, Label found) {
        Label next = code.here();
        code.alu(Alu.CMP, QWORD, RCX, R9);
        code.jcc(ConditionCode.E, full);
        code.lea(QWORD, RAX, Memory.indexed(RDX, RCX, 1, 0));
        code.alu(Alu.AND, DWORD, RAX, PAGE - 1);
        code.mov(DWORD, RSI, PAGE);
        code.alu(Alu.SUB, DWORD, RSI, RAX);
        code.mov(DWORD, RAX, R9);
        code.alu(Alu.SUB, DWORD, RAX, RCX);
        code.alu(Alu.CMP, DWORD, RSI, RAX);
        code.cmov(ConditionCode.A, DWORD, RSI, RAX);
        code.mov(DWORD, RAX, CHUNK);
        code.alu(Alu.CMP, DWORD, RSI, RAX);
        code.cmov(ConditionCode.A, DWORD, RSI, RAX);
        for (Gpr register : new Gpr[]{R8, R9, R11, RDX, RCX, RSI}) {
            code.push(register);
        }
        code.alu(Alu.ADD, QWORD, RDX, RCX);
        code.mov(QWORD, R9, RSI);
        code.lea(QWORD, R8, ThreadBlock.SCRATCH.operand().plus(CHUNK));
        fetch();
        for (Gpr register : new Gpr[]{RSI, RCX, RDX, R11, R9, R8}) {
            code.pop(register);
        }
        code.alu(Alu.CMP, QWORD, RAX, RSI);
        code.jcc(ConditionCode.NE, fault);
        code.lea(QWORD, RDI, ThreadBlock.SCRATCH.operand().plus(CHUNK));
        code.alu(Alu.SUB, QWORD, RDI, RCX);
        code.lea(QWORD, R10, Memory.indexed(RCX, RSI, 1, 0));
        Label inside = code.here();
        code.alu(Alu.CMP, QWORD, RCX, R10);
        code.jcc(ConditionCode.E, next);
        code.movzx(RAX, BYTE, Memory.indexed(RDI, RCX, 1, 0));
        code.mov(BYTE, Memory.indexed(R8, RCX, 1, 0), RAX);
        code.unary(Unary.INC, QWORD, RCX);
        code.test(BYTE, RAX, RAX);
        code.jcc(ConditionCode.NE, inside);
        code.jmp(found);
    }
}
