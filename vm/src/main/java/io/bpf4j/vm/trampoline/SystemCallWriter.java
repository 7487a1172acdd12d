package io.bpf4j.vm.trampoline;

import static io.bpf4j.vm.trampoline.CallContext.field;
import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.trampoline.SystemCallHook.Selected;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.List;

/**
 * Writes what runs on one side of a system call:
 *
 * <pre>
 *   window:  jmp E             E: the displaced instructions; programs; jmp site
 *   site:    syscall
 *   next:    jmp X             X: programs; the displaced instructions; jump back
 * </pre>
 *
 * <p>Nothing of ours is on the stack while the thread is in the kernel, so a child may come back on another stack. All
 * registers are kept, rcx and r11 included, but for rcx at places that are also entered by branches: there it tells the
 * way from the call, and is 0 afterwards, which no program can mind, as the call itself changes it.
 *
 * <p>Where the number is not constant, the enter side leaves it in the thread's block under the stack pointer's value:
 * a signal handler that runs during the call makes its own calls at others. An exit whose number is not there, because
 * the call began before there were probes, counts as missed.
 */
final class SystemCallWriter {

    private static final int RED_ZONE = 128;
    private static final int PUSHED_BYTES = 24;
    private static final List<Gpr> PUSHED = List.of(R12, RCX, RAX);
    /** Where the pushed rcx is. */
    private static final Memory PUSHED_RCX = Memory.at(RSP, Long.BYTES);
    /** What the kernel has in ax when a call begins: -ENOSYS (arch/x86/entry/entry_64.S). */
    private static final int NO_RESULT = -38;
    private static final int INITIAL_FLAGS = 0x202;
    private static final int USER_CODE_SEGMENT = 0x33;
    private static final int USER_STACK_SEGMENT = 0x2b;

    private final X64Assembler code;
    private final TargetLayout target;
    private final ThreadLookup lookup;
    private final List<Runnable> rare;
    private final SystemCallHook hook;
    private final int pushed;
    private final Label missed;
    private final Label release;
    private final Label end;

    SystemCallWriter(X64Assembler code, TargetLayout target, ThreadLookup lookup, List<Runnable> rare,
            SystemCallHook hook) {
        this.code = code;
        this.target = target;
        this.lookup = lookup;
        this.rare = rare;
        this.hook = hook;
        this.pushed = RED_ZONE + PUSHED_BYTES + (hook.flags() ? Long.BYTES : 0);
        this.missed = code.label("missed");
        this.release = code.label("release");
        this.end = code.label("end");
    }

    /** Writes all but the displaced instructions. */
    void write() {
        code.lea(QWORD, RSP, Memory.at(RSP, -RED_ZONE));
        if (hook.flags()) {
            code.plain(Plain.PUSHFQ);
        }
        PUSHED.forEach(code::push);
        if (hook.atExit()) {
            arrive();
        }
        lookup.emit(missed, rare);
        save();
        number();
        runs();
        code.bind(release);
        SavedRegister.others().forEach(register -> code.mov(QWORD, register.gpr(), field(register.field())));
        code.mov(DWORD, ThreadBlock.BUSY.operand(), 0);
        code.bind(end);
        PUSHED.reversed().forEach(code::pop);
        if (hook.flags()) {
            code.plain(Plain.POPFQ);
        }
        code.lea(QWORD, RSP, Memory.at(RSP, RED_ZONE));
        if (!hook.atExit() && hook.entered()) {
            code.loadImmediate(RCX, hook.next()); // as most processors do in the call, so that the exit knows it
        }
        rare.add(() -> {
            code.bind(missed);
            code.loadImmediate(RAX, target.missed());
            code.lock(Unary.INC, QWORD, Memory.at(RAX));
            code.jmp(end);
        });
    }

    /** Tells the way from the call from others, and threads that share their control block from all others. */
    private void arrive() {
        if (hook.entered()) {
            code.loadImmediate(RAX, hook.next());
            code.alu(Alu.CMP, QWORD, RCX, RAX);
            code.jcc(ConditionCode.NE, end);
            code.mov(QWORD, PUSHED_RCX, 0);
            code.mov(QWORD, RAX, Memory.at(RSP));
        }
        if (hook.number().isPresent() && BirthCall.of(hook.number().getAsInt())) {
            Label child = code.label("child");
            Label known = code.label("known");
            code.test(QWORD, RAX, RAX);
            code.jcc(ConditionCode.E, child);
            code.bind(known);
            rare.add(() -> {
                code.bind(child);
                BirthCall.emitChild(code, hook.number().getAsInt(), lookup, known);
            });
        }
    }

    /** Fills in the registers: all of them, as programs reach them by reading memory. */
    private void save() {
        SavedRegister.others().forEach(register -> code.mov(QWORD, field(register.field()), register.gpr()));
        code.mov(QWORD, RAX, Memory.at(RSP, 2L * Long.BYTES));
        code.mov(QWORD, field(PtRegs.R12), RAX);
        code.lea(QWORD, RAX, Memory.at(RSP, pushed));
        code.mov(QWORD, field(PtRegs.SP), RAX);
        code.loadImmediate(RAX, hook.next());
        code.mov(QWORD, field(PtRegs.IP), RAX);
        code.mov(QWORD, field(PtRegs.CX), RAX);
        code.mov(QWORD, field(PtRegs.CS), USER_CODE_SEGMENT);
        code.mov(QWORD, field(PtRegs.SS), USER_STACK_SEGMENT);
        flags();
        code.mov(QWORD, RAX, Memory.at(RSP));
        if (hook.atExit()) {
            code.mov(QWORD, field(PtRegs.AX), RAX);
        } else {
            code.mov(QWORD, field(PtRegs.AX), NO_RESULT);
            code.mov(QWORD, field(PtRegs.ORIG_AX), RAX);
        }
    }

    private void flags() {
        if (hook.atExit()) {
            code.mov(QWORD, field(PtRegs.FLAGS), R11);
        } else if (hook.flags()) {
            code.mov(QWORD, RAX, Memory.at(RSP, PUSHED_BYTES));
            code.mov(QWORD, field(PtRegs.FLAGS), RAX);
        } else {
            code.mov(QWORD, field(PtRegs.FLAGS), INITIAL_FLAGS);
        }
    }

    /** Keeps the number on the way in, and finds it on the way out. */
    private void number() {
        if (hook.number().isPresent()) {
            if (hook.atExit()) {
                code.mov(QWORD, field(PtRegs.ORIG_AX), hook.number().getAsInt());
                BirthCall.emitIdentity(code, hook.number().getAsInt());
            }
            return;
        }
        code.mov(QWORD, RCX, field(PtRegs.SP));
        code.mov(DWORD, RDX, RCX);
        code.shift(Shift.SHR, DWORD, RDX, BlockField.CALL_SHIFT);
        code.alu(Alu.AND, DWORD, RDX, BlockField.CALL_COUNT - 1);
        code.shift(Shift.SHL, DWORD, RDX, BlockField.CALL_SHIFT);
        Memory stack = BlockField.CALLS.indexed(RDX, 0);
        Memory number = BlockField.CALLS.indexed(RDX, Long.BYTES);
        if (!hook.atExit()) {
            code.mov(QWORD, stack, RCX);
            code.mov(QWORD, number, RAX);
            return;
        }
        Label unknown = code.label("unknown");
        code.alu(Alu.CMP, QWORD, stack, RCX);
        code.jcc(ConditionCode.NE, unknown);
        code.mov(QWORD, stack, 0);
        code.mov(QWORD, RAX, number);
        code.mov(QWORD, field(PtRegs.ORIG_AX), RAX);
        BirthCall.emitIdentity(code);
        rare.add(() -> {
            code.bind(unknown);
            code.loadImmediate(RAX, target.missed());
            code.lock(Unary.INC, QWORD, Memory.at(RAX));
            code.jmp(release);
        });
    }

    private void runs() {
        CallContext context = new CallContext(code, hook.atExit());
        for (Selected selected : hook.runs()) {
            if (selected.call().isPresent() && hook.number().isPresent()) {
                if (selected.call().equals(hook.number())) {
                    call(selected.run(), context);
                }
            } else if (selected.call().isPresent()) {
                Label other = code.label("other call");
                code.alu(Alu.CMP, DWORD, field(PtRegs.ORIG_AX), selected.call().getAsInt());
                code.jcc(ConditionCode.NE, other);
                call(selected.run(), context);
                code.bind(other);
                context.forget();
            } else {
                call(selected.run(), context);
            }
        }
    }

    private void call(Run run, CallContext context) {
        if (RegisterUse.calls(run.program(), Helper.GET_ATTACH_COOKIE)) {
            code.loadImmediate(RAX, run.cookie());
            code.mov(QWORD, ThreadBlock.COOKIE.operand(), RAX);
        }
        code.mov(DWORD, ThreadBlock.TAIL_CALLS.operand(), 0);
        code.mov(DWORD, ThreadBlock.AT_ENTRY.operand(), 0);
        context.emit(run.program().type());
        code.lea(QWORD, RBP, ThreadBlock.FRAME_TOP.operand());
        if (target.ownStack()) {
            code.mov(QWORD, BlockField.INTERRUPTED_STACK.operand(), RSP);
            code.lea(QWORD, RSP, ThreadBlock.STACK_START.operand());
            code.call(run.entry());
            code.mov(QWORD, RSP, BlockField.INTERRUPTED_STACK.operand());
        } else {
            code.call(run.entry());
            code.mov(QWORD, Memory.at(RSP, -Long.BYTES), 0); // no way back is to be found there
        }
    }
}
