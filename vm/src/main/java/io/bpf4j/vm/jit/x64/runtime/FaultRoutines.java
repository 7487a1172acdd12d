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
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.X64Assembler;

/**
 * The handler of SIGSEGV and SIGBUS, {@code void handler(int, siginfo_t *, void *)}: goes on elsewhere if an
 * instruction of the {@link FaultTable} was to blame, else does what would have been done without it.
 */
final class FaultRoutines {

    /** The offset of RIP in struct ucontext (arch/x86/include/uapi/asm/sigcontext.h). */
    private static final int RIP = 168;
    /** The offset of si_code in siginfo_t; 0 and less mean that a process sent the signal. */
    private static final int CODE = 8;
    private static final int SIGBUS = 7;
    private static final int RT_SIGACTION = 13;
    private static final int GETPID = 39;
    private static final int GETTID = 186;
    private static final int TGKILL = 234;
    private static final int ROW_BYTES = 8;

    private final X64Assembler code;
    private final FaultTable faults;
    private final RuntimeSettings settings;

    FaultRoutines(X64Assembler code, FaultTable faults, RuntimeSettings settings) {
        this.code = code;
        this.faults = faults;
        this.settings = settings;
    }

    /** Writes the table and the handler, and returns where the handler is; offsets count from a label. */
    Label handler(Label base) {
        code.align(ROW_BYTES);
        Label table = code.here();
        for (FaultTable.Row row : faults.rows()) {
            code.difference(row.fault(), base);
            code.difference(row.resume(), base);
        }
        Label handler = code.label("fault handler");
        Label others = code.label();
        code.bind(handler);
        code.mov(QWORD, RAX, Memory.at(RDX, RIP));
        code.lea(QWORD, RCX, Memory.rip(base));
        code.alu(Alu.SUB, QWORD, RAX, RCX);
        code.lea(QWORD, R8, Memory.rip(table));
        code.mov(QWORD, R9, R8);
        code.alu(Alu.SUB, QWORD, R9, RCX);
        code.alu(Alu.CMP, QWORD, RAX, R9);
        code.jcc(ConditionCode.AE, others);
        search(others);
        code.bind(others);
        old();
        return handler;
    }

    /** Searches the table at r8 for the offset in rax. */
    private void search(Label others) {
        Label higher = code.label();
        Label hit = code.label();
        code.alu(Alu.XOR, DWORD, R9, R9);
        code.mov(DWORD, R10, faults.rows().size());
        Label next = code.here();
        code.alu(Alu.CMP, DWORD, R9, R10);
        code.jcc(ConditionCode.AE, others);
        code.lea(QWORD, R11, Memory.indexed(R9, R10, 1, 0));
        code.shift(Shift.SHR, DWORD, R11, 1);
        code.alu(Alu.CMP, DWORD, RAX, Memory.indexed(R8, R11, ROW_BYTES, 0));
        code.jcc(ConditionCode.E, hit);
        code.jcc(ConditionCode.A, higher);
        code.mov(DWORD, R10, R11);
        code.jmp(next);
        code.bind(higher);
        code.lea(QWORD, R9, Memory.at(R11, 1));
        code.jmp(next);
        code.bind(hit);
        code.mov(DWORD, RAX, Memory.indexed(R8, R11, ROW_BYTES, Integer.BYTES));
        code.alu(Alu.ADD, QWORD, RAX, RCX);
        code.mov(QWORD, Memory.at(RDX, RIP), RAX);
        code.plain(Plain.RET);
    }

    /** Hands on to the handler that was there before, with all arguments. */
    private void old() {
        Label known = code.label();
        Label standard = code.label();
        code.loadImmediate(R11, settings.processBlock());
        code.mov(QWORD, RAX, ProcessBlock.OLD_SEGMENT_HANDLER.of(R11));
        code.alu(Alu.CMP, DWORD, RDI, SIGBUS);
        code.jcc(ConditionCode.NE, known);
        code.mov(QWORD, RAX, ProcessBlock.OLD_BUS_HANDLER.of(R11));
        code.bind(known);
        code.alu(Alu.CMP, QWORD, RAX, 1);
        code.jcc(ConditionCode.BE, standard);
        code.jmp(RAX);
        code.bind(standard);
        standard();
    }

    /**
     * Lets the signal do what it does by default: kills the process, as the instruction is executed again. SIG_IGN,
     * which is 1, means the same for a fault (kernel/signal.c, force_sig_info), and nothing for a signal that was sent.
     */
    private void standard() {
        Label restore = code.label();
        Label fault = code.label();
        code.alu(Alu.CMP, DWORD, Memory.at(RSI, CODE), 0);
        code.jcc(ConditionCode.G, restore);
        code.test(DWORD, RAX, RAX);
        code.jcc(ConditionCode.E, restore);
        code.plain(Plain.RET);
        code.bind(restore);
        code.mov(DWORD, R8, Memory.at(RSI, CODE));
        code.mov(DWORD, R9, RDI);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        for (int i = 0; i < 4; i++) {
            code.push(RAX); // a struct sigaction of zeros
        }
        code.mov(QWORD, RSI, RSP);
        code.alu(Alu.XOR, DWORD, RDX, RDX);
        code.mov(DWORD, R10, Long.BYTES);
        code.mov(DWORD, RAX, RT_SIGACTION);
        code.plain(Plain.SYSCALL);
        code.alu(Alu.ADD, QWORD, RSP, 4 * Long.BYTES);
        code.test(DWORD, R8, R8);
        code.jcc(ConditionCode.G, fault);
        code.mov(DWORD, RAX, GETTID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, RSI, RAX);
        code.mov(DWORD, RAX, GETPID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, RDI, RAX);
        code.mov(DWORD, RDX, R9);
        code.mov(DWORD, RAX, TGKILL);
        code.plain(Plain.SYSCALL);
        code.bind(fault);
        code.plain(Plain.RET);
    }
}
