package io.bpf4j.vm.trampoline;

import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.patch.Displaced;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes the code that a patched place jumps to:
 *
 * <pre>
 * place:  jmp T        T: find the thread's block; leave if a program runs in it already
 *                         put the registers where programs look for them, as the kernel's struct pt_regs
 *                         call the programs
 *                         put the registers back
 *                         [call B, and the same for the programs at return; ret]
 *                      B: the displaced instructions; jump back behind the place
 * </pre>
 *
 * <p>All general registers stay what they were, whatever convention the interrupted code has; so do flags where they
 * may be in use. No vector register is touched. Between place and programs {@value #PUSHED_BYTES} bytes of the
 * interrupted code's stack are in use.
 *
 * <p>A return is seen by calling the function from here: its stack is 16 bytes lower then, so functions with arguments
 * on the stack need another way. The processor's prediction of returns stays right.
 */
public final class TrampolineWriter {

    private static final int RED_ZONE = 128;
    private static final int PUSHED_BYTES = 24;
    /** User mode's segments (arch/x86/include/asm/segment.h, __USER_CS, __USER_DS). */
    private static final int INITIAL_FLAGS = 0x202;
    private static final int USER_CODE_SEGMENT = 0x33;
    private static final int USER_STACK_SEGMENT = 0x2b;

    private final X64Assembler code;
    private final TargetLayout target;
    private final ThreadLookup lookup;
    private final List<Trampolines.Placed> placed = new ArrayList<>();
    /** What is written behind everything else at a place, because it is seldom needed. */
    private final List<Runnable> rare = new ArrayList<>();

    /** What holds where programs are called. */
    private record Stop(Hook hook, List<Run> runs, boolean atReturn) {
        boolean redZone() {
            return !atReturn && hook.moment().redZone();
        }

        boolean flags() {
            return !atReturn && hook.moment().flags();
        }

        /** The bytes between the interrupted stack pointer and the stack pointer after the pushes. */
        int pushed() {
            return PUSHED_BYTES + (flags() ? Long.BYTES : 0) + (redZone() ? RED_ZONE : 0);
        }
    }

    /**
     * Starts with the routine that all places share, behind what is in the code already. A thread that is in code
     * before that, or in what is written behind the trampolines, has a block that is {@link ThreadBlock#BUSY}.
     */
    public TrampolineWriter(X64Assembler code, TargetLayout target) {
        this.code = code;
        this.target = target;
        this.lookup = new ThreadLookup(code, target, new ThreadClaim(code, target).emit());
    }

    /** Writes what happens at a place; returns where to jump to from there. */
    public Label write(Hook hook) {
        Label start = code.here();
        place(hook.detour().before());
        if (!hook.before().isEmpty()) {
            run(new Stop(hook, hook.before(), false));
        }
        if (!hook.after().isEmpty()) {
            callFunction(hook);
        } else {
            place(hook.detour().after());
        }
        rare.forEach(Runnable::run);
        rare.clear();
        return start;
    }

    /** Writes what happens on one side of a system call; returns where to jump to from there. */
    public Label write(SystemCallHook hook) {
        Label start = code.here();
        place(hook.detour().before());
        new SystemCallWriter(code, target, lookup, rare, hook).write();
        place(hook.detour().after());
        rare.forEach(Runnable::run);
        rare.clear();
        return start;
    }

    /** Returns what has to be done when the code is assembled. */
    public Trampolines trampolines() {
        return new Trampolines(placed);
    }

    private void callFunction(Hook hook) {
        Label body = code.label("displaced");
        code.lea(QWORD, RSP, Memory.at(RSP, -Long.BYTES)); // as aligned as it was
        code.call(body);
        forgetReturnAddress();
        code.lea(QWORD, RSP, Memory.at(RSP, Long.BYTES));
        run(new Stop(hook, hook.after(), true));
        code.plain(Plain.RET);
        code.bind(body);
        place(hook.detour().after());
    }

    /** Leaves room for displaced instructions, which depend on where they are. */
    private void place(Displaced displaced) {
        placed.add(new Trampolines.Placed(code.here(), displaced));
        code.bytes(new byte[displaced.size()]);
    }

    private void run(Stop stop) {
        if (stop.redZone()) {
            code.lea(QWORD, RSP, Memory.at(RSP, -RED_ZONE));
        }
        if (stop.flags()) {
            code.plain(Plain.PUSHFQ);
        }
        SavedRegister.PUSHED.forEach(register -> code.push(register.gpr()));
        Label missed = code.label("missed");
        Label end = code.label("end");
        lookup.emit(missed, rare);
        Set<PtRegs> read = RegisterUse.reads(stop.runs().stream().map(Run::program).toList());
        save(stop, read);
        stop.runs().forEach(run -> call(stop, run));
        SavedRegister.others().forEach(register -> code.mov(QWORD, register.gpr(), saved(register.field())));
        code.mov(DWORD, ThreadBlock.BUSY.operand(), 0);
        code.bind(end);
        SavedRegister.PUSHED.reversed().forEach(register -> code.pop(register.gpr()));
        if (stop.flags()) {
            code.plain(Plain.POPFQ);
        }
        if (stop.redZone()) {
            code.lea(QWORD, RSP, Memory.at(RSP, RED_ZONE));
        }
        rare.add(() -> {
            code.bind(missed);
            code.loadImmediate(RAX, target.missed());
            code.lock(Unary.INC, QWORD, Memory.at(RAX));
            code.jmp(end);
        });
    }

    private static Memory saved(PtRegs field) {
        return ThreadBlock.CONTEXT.operand().plus(field.offset());
    }

    /** Fills in the context: what has to be put back anyway, and what programs may read. */
    private void save(Stop stop, Set<PtRegs> read) {
        SavedRegister.others().forEach(register -> code.mov(QWORD, saved(register.field()), register.gpr()));
        for (int i = 0; i < SavedRegister.PUSHED.size(); i++) {
            SavedRegister register = SavedRegister.PUSHED.get(i);
            if (read.contains(register.field())) {
                int above = SavedRegister.PUSHED.size() - 1 - i;
                code.mov(QWORD, RAX, Memory.at(RSP, (long) Long.BYTES * above));
                code.mov(QWORD, saved(register.field()), RAX);
            }
        }
        if (read.contains(PtRegs.SP)) {
            code.lea(QWORD, RAX, Memory.at(RSP, stop.pushed() + (stop.atReturn() ? Long.BYTES : 0)));
            code.mov(QWORD, saved(PtRegs.SP), RAX);
        }
        if (read.contains(PtRegs.IP)) {
            instructionPointer(stop);
        }
        if (read.contains(PtRegs.FLAGS)) {
            flags(stop);
        }
        constant(read, PtRegs.ORIG_AX, -1);
        constant(read, PtRegs.CS, USER_CODE_SEGMENT);
        constant(read, PtRegs.SS, USER_STACK_SEGMENT);
    }

    /** As in the kernel: the place itself, or where the function returns to. */
    private void instructionPointer(Stop stop) {
        if (stop.atReturn()) {
            code.mov(QWORD, RAX, Memory.at(RSP, stop.pushed()));
        } else {
            code.loadImmediate(RAX, stop.hook().address());
        }
        code.mov(QWORD, saved(PtRegs.IP), RAX);
    }

    /** At an entry or return flags mean nothing; programs see those that every process starts with. */
    private void flags(Stop stop) {
        if (stop.flags()) {
            code.mov(QWORD, RAX, Memory.at(RSP, PUSHED_BYTES));
            code.mov(QWORD, saved(PtRegs.FLAGS), RAX);
        } else {
            code.mov(QWORD, saved(PtRegs.FLAGS), INITIAL_FLAGS);
        }
    }

    private void constant(Set<PtRegs> read, PtRegs field, long value) {
        if (read.contains(field)) {
            code.mov(QWORD, saved(field), value);
        }
    }

    private void call(Stop stop, Run run) {
        if (RegisterUse.calls(run.program(), Helper.GET_ATTACH_COOKIE)) {
            code.loadImmediate(RAX, run.cookie());
            code.mov(QWORD, ThreadBlock.COOKIE.operand(), RAX);
        }
        if (RegisterUse.calls(run.program(), Helper.GET_FUNC_IP)) {
            code.loadImmediate(RAX, stop.hook().function());
            code.mov(QWORD, ThreadBlock.FUNCTION.operand(), RAX);
        }
        if (RegisterUse.calls(run.program(), Helper.TAIL_CALL)) {
            code.mov(DWORD, ThreadBlock.TAIL_CALLS.operand(), 0);
        }
        if (RegisterUse.calls(run.program(), Helper.GET_STACK)
                || RegisterUse.calls(run.program(), Helper.GET_STACKID)) {
            boolean atEntry = !stop.atReturn() && stop.hook().moment() == Hook.Moment.ENTRY;
            code.mov(DWORD, ThreadBlock.AT_ENTRY.operand(), atEntry ? 1 : 0);
        }
        code.lea(QWORD, RDI, ThreadBlock.CONTEXT.operand());
        code.lea(QWORD, RBP, ThreadBlock.FRAME_TOP.operand());
        if (target.ownStack()) {
            code.mov(QWORD, BlockField.INTERRUPTED_STACK.operand(), RSP);
            code.lea(QWORD, RSP, ThreadBlock.STACK_START.operand());
            code.call(run.entry());
            code.mov(QWORD, RSP, BlockField.INTERRUPTED_STACK.operand());
        } else {
            code.call(run.entry());
            forgetReturnAddress();
        }
    }

    /** So that nobody who looks for ways back to this code, before it is removed, finds one that is past. */
    private void forgetReturnAddress() {
        code.mov(QWORD, Memory.at(RSP, -Long.BYTES), 0);
    }
}
