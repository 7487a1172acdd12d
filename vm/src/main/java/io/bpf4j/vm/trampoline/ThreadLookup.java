package io.bpf4j.vm.trampoline;

import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Segment;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.List;

/** Emits the way from a thread to its block: nearly always the one whose number is the low bits of the thread's id. */
final class ThreadLookup {

    static final int GETTID = 186;
    private static final int SIGALTSTACK = 131;
    /** struct sigaltstack: address, flags (u32) at 8, size. */
    private static final int ALTERNATE_STACK_BYTES = 24;
    private static final int ALTERNATE_STACK_FLAGS = 8;
    /** SS_ONSTACK. */
    private static final int ON_ALTERNATE_STACK = 1;

    private final X64Assembler code;
    private final TargetLayout target;
    private final Label claim;

    ThreadLookup(X64Assembler code, TargetLayout target, Label claim) {
        this.code = code;
        this.target = target;
        this.claim = claim;
    }

    /**
     * Sets r12 to the thread's block, whose {@link ThreadBlock#BUSY} is 1 from then on, or goes elsewhere. Changes rax,
     * rcx and flags.
     *
     * @param rare takes what is to be written where it is not in the way
     * @param missed where to go if a program runs in this thread already, or has none
     */
    void emit(Label missed, List<Runnable> rare) {
        Label found = code.label();
        Label slow = code.label();
        find();
        code.alu(Alu.CMP, QWORD, ThreadBlock.KEY.operand(), RCX);
        code.jcc(ConditionCode.NE, slow);
        code.bind(found);
        rare.add(() -> {
            code.bind(slow);
            code.call(claim);
            code.mov(QWORD, Memory.at(RSP, -Long.BYTES), 0); // no way back is to be found there
            code.jcc(ConditionCode.E, found);
            code.jmp(missed);
        });
        Label free = code.label();
        Label busy = code.label();
        code.alu(Alu.CMP, DWORD, ThreadBlock.BUSY.operand(), 0);
        code.jcc(ConditionCode.NE, busy);
        code.bind(free);
        code.mov(DWORD, ThreadBlock.BUSY.operand(), 1);
        code.mov(QWORD, BlockField.INTERRUPTED_STACK.operand(), RSP);
        rare.add(() -> {
            code.bind(busy);
            abandoned(free, missed);
        });
    }

    /**
     * A signal handler may have left a program for good, by siglongjmp(3). If the stack now ends no deeper than it did
     * then, and is not the one for signal handlers, that program's frame is gone, and its block is free.
     */
    private void abandoned(Label free, Label missed) {
        code.alu(Alu.CMP, QWORD, RSP, BlockField.INTERRUPTED_STACK.operand());
        code.jcc(ConditionCode.B, missed);
        List.of(RDI, RSI, R11).forEach(code::push);
        code.alu(Alu.SUB, QWORD, RSP, ALTERNATE_STACK_BYTES);
        code.alu(Alu.XOR, DWORD, RDI, RDI);
        code.mov(QWORD, RSI, RSP);
        code.loadImmediate(RAX, SIGALTSTACK);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, RAX, Memory.at(RSP, ALTERNATE_STACK_FLAGS));
        code.alu(Alu.ADD, QWORD, RSP, ALTERNATE_STACK_BYTES);
        List.of(R11, RSI, RDI).forEach(code::pop);
        code.test(DWORD, RAX, ON_ALTERNATE_STACK);
        code.jcc(ConditionCode.E, free);
        code.jmp(missed);
    }

    /** Sets rcx to the thread's id and r12 to the block that is its own, if it has one of the usual number. */
    void find() {
        tid();
        slot();
    }

    /** Sets r12 to the block whose number the id in rcx gives. */
    private void slot() {
        code.mov(DWORD, R12, RCX);
        code.alu(Alu.AND, DWORD, R12, target.slotCount() - 1);
        code.shift(Shift.SHL, QWORD, R12, Integer.numberOfTrailingZeros(target.slotBytes()));
        code.loadImmediate(RAX, target.slots());
        code.alu(Alu.ADD, QWORD, R12, RAX);
    }

    /** Sets rcx to the thread's id. */
    private void tid() {
        switch (target.tid()) {
            case TidSource.ControlBlock block ->
                code.mov(DWORD, RCX, Memory.absolute(Segment.FS, block.offset()));
            case TidSource.GoThread thread -> {
                Label unknown = code.label();
                Label known = code.label();
                code.mov(QWORD, RCX, Memory.absolute(Segment.FS, thread.goroutine()));
                code.test(QWORD, RCX, RCX);
                code.jcc(ConditionCode.E, unknown);
                code.mov(QWORD, RCX, Memory.at(RCX, thread.thread()));
                code.test(QWORD, RCX, RCX);
                code.jcc(ConditionCode.E, unknown);
                code.mov(DWORD, RCX, Memory.at(RCX, thread.id()));
                code.test(DWORD, RCX, RCX);
                code.jcc(ConditionCode.NE, known);
                code.bind(unknown);
                systemCall();
                code.bind(known);
            }
            case TidSource.SystemCall call -> systemCall();
        }
    }

    private void systemCall() {
        code.push(R11); // the call changes it, and rcx
        code.loadImmediate(RAX, GETTID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, RCX, RAX);
        code.pop(R11);
    }
}
