package io.bpf4j.vm.trampoline;

import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.X64Assembler;

/**
 * The calls that return twice. What a thread's block says about its thread is found out again when they return: until a
 * child of vfork(2) or posix_spawn(3) executes another program, it runs on its parent's control block, and so on its
 * parent's thread block, while the parent waits.
 *
 * <p>A child that shares the control block with a parent that does not wait (clone(2) with CLONE_VM, but neither
 * CLONE_VFORK nor CLONE_SETTLS) would run programs on the same block at the same time: neither of them runs any from
 * then on, and their calls count as missed.
 */
public enum BirthCall {
    CLONE(56),
    FORK(57),
    VFORK(58),
    CLONE3(435);

    private static final int CLONE_VM = 0x100;
    private static final int OWN_OR_WAITING = 0x80000 | 0x4000; // CLONE_SETTLS, CLONE_VFORK
    private static final int GETPID = 39;

    private final int number;

    BirthCall(int number) {
        this.number = number;
    }

    /** Returns whether a call is one of them. */
    public static boolean of(int number) {
        for (BirthCall call : values()) {
            if (call.number == number) {
                return true;
            }
        }
        return false;
    }

    /** Emits what a child does first; rax and rcx are free. Goes to a label in the end. */
    static void emitChild(X64Assembler code, int number, ThreadLookup lookup, Label known) {
        if (number != CLONE.number && number != CLONE3.number) {
            code.jmp(known);
            return;
        }
        if (number == CLONE.number) {
            code.mov(QWORD, RAX, RDI);
        } else {
            code.mov(QWORD, RAX, Memory.at(RDI)); // struct clone_args, flags: the kernel could read it
        }
        code.test(DWORD, RAX, CLONE_VM);
        code.jcc(ConditionCode.E, known);
        code.test(DWORD, RAX, OWN_OR_WAITING);
        code.jcc(ConditionCode.NE, known);
        Label other = code.label("somebody else's block");
        lookup.find();
        code.alu(Alu.CMP, QWORD, ThreadBlock.KEY.operand(), RCX);
        code.jcc(ConditionCode.NE, other);
        code.mov(QWORD, ThreadBlock.KEY.operand(), 0);
        code.bind(other);
        code.jmp(known);
    }

    /** Emits the same for a number that the context has. */
    static void emitIdentity(X64Assembler code) {
        Label born = code.label("born");
        Label ordinary = code.label("ordinary call");
        for (BirthCall call : values()) {
            code.alu(Alu.CMP, DWORD, CallContext.field(PtRegs.ORIG_AX), call.number);
            code.jcc(ConditionCode.E, born);
        }
        code.jmp(ordinary);
        code.bind(born);
        identity(code);
        code.bind(ordinary);
    }

    /** Emits what finds out who the thread is, if the call is one that it may return from as another. */
    static void emitIdentity(X64Assembler code, int number) {
        if (of(number)) {
            identity(code);
        }
    }

    private static void identity(X64Assembler code) {
        code.loadImmediate(RAX, ThreadLookup.GETTID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, RSI, RAX);
        code.loadImmediate(RAX, GETPID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, ThreadBlock.OWN_PID.operand(), RAX);
        code.shift(Shift.SHL, QWORD, RAX, Integer.SIZE);
        code.alu(Alu.OR, QWORD, RAX, RSI);
        code.mov(QWORD, Memory.at(R12, ThreadBlock.PID_TGID.offset()), RAX);
    }
}
