package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R8;
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
import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;

/** What programs ask about time, thread and processor, as machine code. */
final class WorldRoutines {

    /** The clocks that helpers read, with the kernel's numbers (include/uapi/linux/time.h). */
    enum Clock {
        MONOTONIC(1),
        BOOT(7),
        TAI(11);

        private final int number;

        Clock(int number) {
            this.number = number;
        }
    }

    private static final int CLOCK_GETTIME = 228;
    private static final int GETCPU = 309;
    private static final int GETUID = 102;
    private static final int GETGID = 104;
    private static final int PRCTL = 157;
    private static final int PR_GET_NAME = 16;
    private static final long NANOS = 1_000_000_000L;
    /** What IA32_TSC_AUX has of the processor's number on Linux, below that of its memory node. */
    private static final int CPU_MASK = 0xfff;
    /** The constants of SplitMix64. */
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;
    private static final long FIRST_FACTOR = 0xbf58_476d_1ce4_e5b9L;
    private static final long SECOND_FACTOR = 0x94d0_49bb_1331_11ebL;

    private final X64Assembler code;
    private final RuntimeSettings settings;

    WorldRoutines(X64Assembler code, RuntimeSettings settings) {
        this.code = code;
        this.settings = settings;
    }

    /** Returns a clock in nanoseconds. */
    void time(Clock clock) {
        if (settings.invariantClock()) {
            timeStamp(clock);
        } else {
            askKernel(clock);
        }
        code.plain(Plain.RET);
    }

    private void timeStamp(Clock clock) {
        Label after = code.label();
        code.loadImmediate(R8, settings.processBlock());
        Label again = code.here();
        code.mov(DWORD, RSI, ProcessBlock.SEQUENCE.of(R8));
        code.mov(DWORD, RCX, RSI);
        code.alu(Alu.AND, DWORD, RCX, 1);
        code.shift(Shift.SHL, DWORD, RCX, ProcessBlock.BANK_BITS);
        code.lea(QWORD, R11, Memory.indexed(R8, RCX, 1, ProcessBlock.BANKS.offset()));
        code.plain(Plain.RDTSC);
        code.shift(Shift.SHL, QWORD, RDX, 32);
        code.alu(Alu.OR, QWORD, RAX, RDX);
        code.alu(Alu.SUB, QWORD, RAX, Memory.at(R11, ProcessBlock.TIME_STAMP));
        code.jcc(ConditionCode.AE, after);
        code.alu(Alu.XOR, DWORD, RAX, RAX); // the bank was set by a processor that is ahead of this one
        code.bind(after);
        code.unary(Unary.MUL, QWORD, Memory.at(R11, ProcessBlock.MULTIPLIER));
        code.mov(DWORD, RCX, Memory.at(R11, ProcessBlock.SHIFT));
        code.shiftByCl(Shift.SHR, QWORD, RAX);
        code.unary(Unary.NEG, DWORD, RCX);
        code.shiftByCl(Shift.SHL, QWORD, RDX);
        code.alu(Alu.OR, QWORD, RAX, RDX);
        code.alu(Alu.ADD, QWORD, RAX, Memory.at(R11, ProcessBlock.NANOSECONDS));
        if (clock != Clock.MONOTONIC) {
            code.alu(Alu.ADD, QWORD, RAX,
                    (clock == Clock.BOOT ? ProcessBlock.BOOT_OFFSET : ProcessBlock.TAI_OFFSET)
                            .of(R8));
        }
        code.alu(Alu.CMP, DWORD, RSI, ProcessBlock.SEQUENCE.of(R8));
        code.jcc(ConditionCode.NE, again);
    }

    private void askKernel(Clock clock) {
        code.alu(Alu.SUB, QWORD, RSP, 16);
        code.mov(DWORD, RDI, clock.number);
        code.mov(QWORD, RSI, RSP);
        code.mov(DWORD, RAX, CLOCK_GETTIME);
        code.plain(Plain.SYSCALL);
        code.pop(RAX);
        code.imul(QWORD, RAX, RAX, NANOS);
        code.pop(RCX);
        code.alu(Alu.ADD, QWORD, RAX, RCX);
    }

    /** Returns the number of the processor. */
    void processor() {
        if (settings.features().contains(CpuFeature.RDPID)) {
            code.rdpid(RAX);
            code.alu(Alu.AND, DWORD, RAX, CPU_MASK);
        } else if (settings.features().contains(CpuFeature.RDTSCP)) {
            code.plain(Plain.RDTSCP);
            code.mov(DWORD, RAX, RCX);
            code.alu(Alu.AND, DWORD, RAX, CPU_MASK);
        } else {
            code.push(0);
            code.mov(QWORD, RDI, RSP);
            code.alu(Alu.XOR, DWORD, RSI, RSI);
            code.alu(Alu.XOR, DWORD, RDX, RDX);
            code.mov(DWORD, RAX, GETCPU);
            code.plain(Plain.SYSCALL);
            code.pop(RAX);
        }
        code.plain(Plain.RET);
    }

    /** Returns group and user, as they are now: nothing in the process tells when they change. */
    void user() {
        code.mov(DWORD, RAX, GETGID);
        code.plain(Plain.SYSCALL);
        code.shift(Shift.SHL, QWORD, RAX, 32);
        code.mov(QWORD, R8, RAX);
        code.mov(DWORD, RAX, GETUID);
        code.plain(Plain.SYSCALL);
        code.alu(Alu.OR, QWORD, RAX, R8);
        code.plain(Plain.RET);
    }

    /** Returns 32 pseudo-random bits (SplitMix64 by Steele, Lea and Flood). */
    void random() {
        code.loadImmediate(RAX, STEP);
        code.alu(Alu.ADD, QWORD, RAX, ThreadBlock.RANDOM.operand());
        code.mov(QWORD, ThreadBlock.RANDOM.operand(), RAX);
        mix(30, FIRST_FACTOR);
        mix(27, SECOND_FACTOR);
        code.mov(QWORD, RCX, RAX);
        code.shift(Shift.SHR, QWORD, RCX, 31);
        code.alu(Alu.XOR, DWORD, RAX, RCX);
        code.plain(Plain.RET);
    }

    private void mix(int shift, long factor) {
        code.mov(QWORD, RCX, RAX);
        code.shift(Shift.SHR, QWORD, RCX, shift);
        code.alu(Alu.XOR, QWORD, RAX, RCX);
        code.loadImmediate(RCX, factor);
        code.imul(QWORD, RAX, RCX);
    }

    /** bpf_get_current_comm(target, size): the kernel is asked, as the name may change at any time. */
    void command() {
        Label invalid = code.label();
        Label end = code.label();
        code.test(DWORD, RSI, RSI);
        code.jcc(ConditionCode.E, invalid);
        code.push(RDI);
        code.push(RSI);
        code.mov(DWORD, RDI, PR_GET_NAME);
        code.lea(QWORD, RSI, ThreadBlock.SCRATCH.operand());
        code.mov(DWORD, RAX, PRCTL);
        code.plain(Plain.SYSCALL);
        code.pop(RCX);
        code.pop(RDI);
        code.mov(DWORD, RCX, RCX);
        code.lea(QWORD, RSI, ThreadBlock.SCRATCH.operand());
        Label next = code.here();
        code.movzx(RAX, BYTE, Memory.at(RSI));
        code.test(DWORD, RAX, RAX);
        code.jcc(ConditionCode.E, end);
        code.alu(Alu.CMP, QWORD, RCX, 1);
        code.jcc(ConditionCode.BE, end);
        code.mov(BYTE, Memory.at(RDI), RAX);
        code.unary(Unary.INC, QWORD, RSI);
        code.unary(Unary.INC, QWORD, RDI);
        code.unary(Unary.DEC, QWORD, RCX);
        code.jmp(next);
        code.bind(end);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.REP_STOSB);
        code.plain(Plain.RET);
        code.bind(invalid);
        code.loadImmediate(RAX, ErrorNumber.EINVAL.result());
        code.plain(Plain.RET);
    }
}
