package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Tails;
import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.jit.x64.Runtime.Trap;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Emits jumps, calls, and the frames of functions. */
final class ControlEmitter {

    private final Emission emission;
    private final X64Assembler code;
    private final Map<Integer, Label> entries;
    private final Set<Integer> called = new HashSet<>();
    private List<Register> saved = List.of();

    /** Takes the labels of functions that have one already, by slot. */
    ControlEmitter(Emission emission, Map<Integer, Label> known) {
        this.emission = emission;
        this.entries = new HashMap<>(known);
        this.code = emission.code;
        for (int index = 0; index < emission.instructions.size(); index++) {
            Insn insn = emission.instructions.get(index);
            if (insn instanceof CallFunction || isFunctionAddress(insn)) {
                called.add(emission.instructions.targetSlot(index).orElseThrow());
            }
        }
    }

    private static boolean isFunctionAddress(Insn insn) {
        return insn instanceof LoadImmediate64 load && load.kind() == Immediate64.FUNCTION;
    }

    /** Returns the label at which a function is entered. */
    Label entry(Subprogram function) {
        return entry(function.start());
    }

    /** Returns the label at which the function at a slot is entered. */
    Label entry(int slot) {
        return entries.computeIfAbsent(slot, start -> code.label("function at " + start));
    }

    /** Starts a function; the registers that its callers need are saved if the program calls it itself. */
    void prologue(Subprogram function) {
        code.bind(entry(function));
        saved = called.contains(function.start())
                ? Registers.SAVED.stream().filter(register -> emission.checked || writes(function, register))
                        .toList()
                : List.of();
        saved.forEach(register -> code.push(Registers.of(register)));
        if (emission.checked) {
            clear(saved);
        }
    }

    /** Programs that nobody has proved may read what they never set: they find zero, in every engine. */
    private void clear(List<Register> registers) {
        registers.forEach(
                register -> code.alu(Alu.XOR, DWORD, Registers.of(register), Registers.of(register)));
        code.alu(Alu.XOR, DWORD, Gpr.RAX, Gpr.RAX);
    }

    /** Calls; where nobody has proved that the arguments are not used again, they stay what they were. */
    private void call(Runnable call) {
        if (emission.checked) {
            Registers.ARGUMENTS.forEach(code::push);
        }
        call.run();
        if (emission.checked) {
            Registers.ARGUMENTS.reversed().forEach(code::pop);
        }
    }

    private boolean writes(Subprogram function, Register register) {
        int end = function.end();
        int slot = function.start();
        while (slot < end) {
            Insn insn = emission.instructions.at(slot);
            boolean goesElsewhere = insn instanceof CallHelper call && call.id() == Tails.TAIL_CALL;
            if (goesElsewhere || RegisterEffects.of(insn).defines().contains(register)) {
                return true;
            }
            slot += insn.slots();
        }
        return false;
    }

    /** Returns from a function. */
    void exit() {
        saved.reversed().forEach(register -> code.pop(Registers.of(register)));
        code.plain(Plain.RET);
    }

    void jump(int slot, int target) {
        if (emission.checked && target <= slot) {
            spend(slot, slot + 1 - target);
        }
        code.jmp(emission.label(target));
    }

    void branch(Branch branch, int slot, int target) {
        compare(branch.condition(), branch.wide(), Registers.of(branch.left()), branch.right());
        branch(branch.condition(), slot, target);
    }

    /** Jumps on flags that are there already. */
    void branch(Condition condition, int slot, int target) {
        ConditionCode flags = flags(condition);
        if (emission.checked && target <= slot) {
            Label goOn = code.label();
            code.jcc(flags.negated(), goOn);
            spend(slot, slot + 1 - target);
            code.jmp(emission.label(target));
            code.bind(goOn);
        } else {
            code.jcc(flags, emission.label(target));
        }
    }

    private void spend(int slot, int instructions) {
        code.alu(Alu.SUB, QWORD, Control.BUDGET.operand(), instructions);
        code.jcc(ConditionCode.S, emission.trap(Trap.BUDGET, slot));
    }

    /** Sets the flags as a comparison does. */
    void compare(Condition condition, boolean wide, Gpr left, Operand right) {
        OperandSize size = Emission.size(wide);
        switch (right) {
            case Register register when condition == Condition.ANY_BIT ->
                code.test(size, left, Registers.of(register));
            case Register register -> code.alu(Alu.CMP, size, left, Registers.of(register));
            case Operand.Immediate(int value) when condition == Condition.ANY_BIT ->
                code.test(value < 0 ? size : DWORD, left, value);
            case Operand.Immediate(int value) when value == 0 -> code.test(size, left, left);
            case Operand.Immediate(int value) -> code.alu(Alu.CMP, size, left, value);
        }
    }

    /** Returns what to test in the flags. */
    static ConditionCode flags(Condition condition) {
        return switch (condition) {
            case EQUAL -> ConditionCode.E;
            case NOT_EQUAL, ANY_BIT -> ConditionCode.NE;
            case GREATER -> ConditionCode.A;
            case GREATER_OR_EQUAL -> ConditionCode.AE;
            case LESS -> ConditionCode.B;
            case LESS_OR_EQUAL -> ConditionCode.BE;
            case SIGNED_GREATER -> ConditionCode.G;
            case SIGNED_GREATER_OR_EQUAL -> ConditionCode.GE;
            case SIGNED_LESS -> ConditionCode.L;
            case SIGNED_LESS_OR_EQUAL -> ConditionCode.LE;
        };
    }

    void callFunction(int slot, int target) {
        code.lea(QWORD, Gpr.RBP, Memory.at(Gpr.RBP, -Execution.FRAME_BYTES));
        if (emission.checked) {
            code.alu(Alu.CMP, QWORD, Gpr.RBP, Control.LOWEST_FRAME.operand());
            code.jcc(ConditionCode.B, emission.trap(Trap.CALL_DEPTH, slot));
        }
        call(() -> code.call(entry(target)));
        code.lea(QWORD, Gpr.RBP, Memory.at(Gpr.RBP, Execution.FRAME_BYTES));
    }

    void callHelper(HelperSite site) {
        if (site.helper() == Tails.TAIL_CALL) {
            Label goOn = code.label();
            emission.linkage.tailCall(code);
            code.jcc(ConditionCode.E, goOn);
            exit();
            code.bind(goOn);
        } else {
            call(() -> emission.linkage.call(code, site));
        }
    }
}
