package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.jit.x64.Registers.CONTROL;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_2;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_3;
import static io.bpf4j.vm.x64.Gpr.R13;
import static io.bpf4j.vm.x64.Gpr.R14;
import static io.bpf4j.vm.x64.Gpr.R15;
import static io.bpf4j.vm.x64.Gpr.R8;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.Gpr.RBX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.BYTE;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.jit.x64.Control.Request;
import io.bpf4j.vm.jit.x64.Runtime.Access;
import io.bpf4j.vm.jit.x64.Runtime.Check;
import io.bpf4j.vm.jit.x64.Runtime.HelperCall;
import io.bpf4j.vm.jit.x64.Runtime.TailCall;
import io.bpf4j.vm.jit.x64.Runtime.Trap;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Relocation;
import io.bpf4j.vm.x64.Symbol;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@link Runtime} of programs that run in the process of their host, which it asks for everything but the usual
 * case of an access: a routine for each symbol that a program needs, and the way in and out.
 */
public final class HostRuntime {

    private static final List<Gpr> PRESERVED = List.of(RBP, RBX, CONTROL, R13, R14, R15);
    private static final List<Gpr> KEPT_BY_CHECKS = List.of(RAX, RDI, RSI, RDX, RCX, R8, SCRATCH);

    private final X64Assembler code = new X64Assembler();
    private final Map<Symbol, Label> routines = new HashMap<>();
    private final Label enter = code.label("enter");
    private final Label leave = code.label("leave");
    private final Label unwind = code.label("unwind");
    private final MachineCode machineCode;

    /** Makes the routines that a program's code refers to. */
    public HostRuntime(MachineCode program) {
        enterAndLeave();
        for (Relocation relocation : program.relocations()) {
            Symbol symbol = switch (relocation) {
                case Relocation.PcRelative relative -> relative.symbol();
                case Relocation.Absolute absolute -> absolute.symbol();
                case Relocation.Own own -> null;
            };
            if (symbol instanceof Runtime routine && !routines.containsKey(symbol)) {
                routines.put(symbol, code.here());
                routine(routine);
            }
        }
        machineCode = code.assemble();
    }

    /** Returns the routines; they refer to nothing outside. */
    public MachineCode code() {
        return machineCode;
    }

    /** Returns where, in the code, the routine for a symbol starts. */
    public int offsetOf(Symbol symbol) {
        return machineCode.offsetOf(routines.get(symbol));
    }

    /**
     * Returns where the way in is: a function {@code long enter(Control *)} of the System V convention, which calls the
     * function that the block names and returns its result.
     */
    public int enterOffset() {
        return machineCode.offsetOf(enter);
    }

    private void enterAndLeave() {
        code.bind(enter);
        PRESERVED.forEach(code::push);
        code.mov(QWORD, CONTROL, RDI);
        code.push(Control.STACK_POINTER.operand()); // of the run that this one is nested in
        code.mov(QWORD, Control.STACK_POINTER.operand(), RSP);
        code.mov(QWORD, RBP, Control.FRAME.operand());
        for (int i = 0; i < Registers.ARGUMENTS.size(); i++) {
            code.mov(QWORD, Registers.ARGUMENTS.get(i), argument(i));
        }
        for (Gpr unset : List.of(RAX, RBX, R13, R14, R15)) {
            code.alu(Alu.XOR, DWORD, unset, unset); // nobody is to see what the host had there
        }
        code.call(Control.FUNCTION.operand());
        code.bind(leave);
        code.pop(Control.STACK_POINTER.operand());
        PRESERVED.reversed().forEach(code::pop);
        code.plain(Plain.RET);
        code.bind(unwind);
        code.mov(QWORD, RSP, Control.STACK_POINTER.operand());
        code.jmp(leave);
    }

    private static Memory argument(int number) {
        return Control.ARGUMENTS.operand().plus((long) Long.BYTES * number);
    }

    private void routine(Runtime routine) {
        switch (routine) {
            case HelperCall(int id) -> {
                ask(Request.HELPER, id, 0);
                code.plain(Plain.RET);
            }
            case TailCall tail -> tailCall();
            case Check(Access access, var width) -> check(access, width.bytes());
            case Trap trap -> ask(switch (trap) {
                case BUDGET -> Request.BUDGET;
                case CALL_DEPTH -> Request.CALL_DEPTH;
                case UNKNOWN_FUNCTION -> Request.UNKNOWN_FUNCTION;
            }, 0, 0);
        }
    }

    /**
     * Asks the host, and unwinds if it answers so; otherwise its result is in rax.
     *
     * @param pushed how many registers lie above the return address
     */
    private void ask(Request request, int operand, int pushed) {
        for (int i = 0; i < Registers.ARGUMENTS.size(); i++) {
            code.mov(QWORD, argument(i), Registers.ARGUMENTS.get(i));
        }
        code.mov(QWORD, Control.FRAME.operand(), RBP);
        code.loadImmediate(RAX, (long) operand << 32 | request.ordinal());
        code.mov(QWORD, Control.REQUEST.operand(), RAX);
        code.mov(QWORD, RAX, Memory.at(RSP, (long) Long.BYTES * pushed));
        code.mov(QWORD, Control.WHERE.operand(), RAX);
        code.mov(QWORD, RAX, RSP);
        code.alu(Alu.SUB, QWORD, RSP, 16);
        code.alu(Alu.AND, QWORD, RSP, -16);
        code.mov(QWORD, Memory.at(RSP), RAX);
        code.mov(QWORD, RDI, CONTROL);
        code.call(Control.HOST.operand());
        code.mov(QWORD, RSP, Memory.at(RSP));
        code.alu(Alu.CMP, QWORD, Control.ANSWER.operand(), 0);
        code.jcc(ConditionCode.NE, unwind);
    }

    private void tailCall() {
        Label nothing = code.label();
        code.push(RAX);
        ask(Request.TAIL_CALL, 0, 1);
        code.alu(Alu.CMP, QWORD, Control.ADDRESS.operand(), 0);
        code.jcc(ConditionCode.E, nothing);
        code.alu(Alu.ADD, QWORD, RSP, Long.BYTES); // never zero, so the zero flag is clear
        code.plain(Plain.RET);
        code.bind(nothing);
        code.pop(RAX);
        code.alu(Alu.CMP, QWORD, RAX, RAX);
        code.plain(Plain.RET);
    }

    private void check(Access access, int bytes) {
        Label ask = code.label();
        Label context = code.label();
        if (access == Access.ATOMIC) {
            code.test(BYTE, SCRATCH, bytes - 1);
            code.jcc(ConditionCode.NE, ask);
        }
        code.lea(QWORD, SCRATCH_3, Memory.at(SCRATCH, Execution.FRAME_BYTES));
        code.alu(Alu.SUB, QWORD, SCRATCH_3, RBP);
        code.mov(QWORD, SCRATCH_2, Control.STACK_TOP.operand());
        code.alu(Alu.SUB, QWORD, SCRATCH_2, RBP);
        code.alu(Alu.ADD, QWORD, SCRATCH_2, Execution.FRAME_BYTES - bytes);
        code.alu(Alu.CMP, QWORD, SCRATCH_3, SCRATCH_2);
        code.jcc(ConditionCode.A, context);
        code.plain(Plain.RET);
        code.bind(context);
        code.mov(QWORD, SCRATCH_3, SCRATCH);
        code.alu(Alu.SUB, QWORD, SCRATCH_3, Control.CONTEXT.operand());
        code.alu(Alu.ADD, QWORD, SCRATCH_3, bytes);
        code.jcc(ConditionCode.B, ask);
        Control size = access == Access.READ ? Control.CONTEXT_SIZE : Control.WRITABLE_SIZE;
        code.alu(Alu.CMP, QWORD, SCRATCH_3, size.operand());
        code.jcc(ConditionCode.A, ask);
        code.plain(Plain.RET);
        code.bind(ask);
        code.mov(QWORD, Control.ADDRESS.operand(), SCRATCH);
        KEPT_BY_CHECKS.forEach(code::push);
        ask(switch (access) {
            case READ -> Request.READ;
            case WRITE -> Request.WRITE;
            case ATOMIC -> Request.ATOMIC;
        }, bytes, KEPT_BY_CHECKS.size());
        KEPT_BY_CHECKS.reversed().forEach(code::pop);
        code.plain(Plain.RET);
    }
}
