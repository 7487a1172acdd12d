package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFGE;
import static org.objectweb.asm.Opcodes.IFGT;
import static org.objectweb.asm.Opcodes.IFLE;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPEQ;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import org.objectweb.asm.Label;

/** Emits jumps; where runs are checked, those that lead back pay for a round of the loop. */
final class BranchCode {

    /** From a comparison with zero to the same of two ints. */
    private static final int TWO_INTS = IF_ICMPEQ - IFEQ;

    private final Instructions instructions;
    private final Code code;
    private final RegisterFacts facts;
    private final Latches latches;
    private final boolean checked;

    BranchCode(Instructions instructions, Code code, RegisterFacts facts, Latches latches, boolean checked) {
        this.instructions = instructions;
        this.code = code;
        this.facts = facts;
        this.latches = latches;
        this.checked = checked;
    }

    void jump(int slot, int distance, Label target) {
        if (distance >= 0) {
            code.jump(GOTO, target);
            return;
        }
        if (checked) {
            code.execution();
            code.constant(-distance);
            code.onExecution("spend", "(I)V");
        }
        int start = slot + 1 + distance;
        if (!latches.isLast(slot, start)) {
            code.jump(GOTO, latches.label(start));
            return;
        }
        if (latches.isShared(start)) {
            code.target(latches.label(start));
        }
        code.jump(GOTO, target);
    }

    void branch(int slot, Branch branch, Label target) {
        int start = slot + 1 + branch.distance();
        if (branch.distance() >= 0) {
            code.jump(compare(slot, branch), target);
        } else if (!checked && !latches.isLast(slot, start)) {
            code.jump(compare(slot, branch), latches.label(start));
        } else {
            // HotSpot can be stopped where code jumps back. It has less to remember there, and to compute for it, if
            // the result of the comparison is already used.
            Label next = new Label();
            code.jump(opposite(compare(slot, branch)), next);
            jump(slot, branch.distance(), target);
            code.target(next);
        }
    }

    /** Emits the comparison but its last instruction, a jump, which is returned. */
    private int compare(int slot, Branch branch) {
        if (branch.condition() == Condition.ANY_BIT) {
            return anyBit(branch);
        }
        Fact left = facts.of(slot, branch.left());
        Fact right = facts.of(slot, branch.right());
        boolean positive = branch.wide()
                ? left.isPositive() && right.isPositive()
                : left.isPositiveInt() && right.isPositiveInt();
        boolean unsigned = isUnsigned(branch.condition()) && !positive;
        int jump = jump(ordering(branch, left, right, positive && counts(slot, branch.left())));
        if (branch.wide()) {
            code.load(branch.left());
            code.load(branch.right());
            if (unsigned) {
                code.callStatic(Long.class, "compareUnsigned", "(JJ)I");
            } else {
                code.instruction(LCMP);
            }
            return jump;
        }
        code.loadLow(branch.left());
        if (!unsigned && branch.right() instanceof Immediate immediate && immediate.value() == 0) {
            return jump;
        }
        code.loadLow(branch.right());
        if (unsigned) {
            code.callStatic(Integer.class, "compareUnsigned", "(II)I");
            return jump;
        }
        return jump + TWO_INTS;
    }

    /** Returns whether what last changed a register, on a straight way to a slot, counts it up or down. */
    private boolean counts(int slot, Register register) {
        int index = instructions.indexAt(slot) - 1;
        while (index >= 0 && !RegisterEffects.of(instructions.get(index)).defines().contains(register)
                && !(instructions.get(index) instanceof Branch)) {
            index--;
        }
        return index >= 0 && instructions.get(index) instanceof Alu alu && alu.dst() == register
                && alu.operation() == AluOperation.ADD && alu.src() instanceof Immediate;
    }

    /**
     * Returns the condition; for a counter whose end is known, one that orders instead of one that compares with the
     * end: HotSpot then knows the range of the counter, and so how often a loop runs.
     */
    private static Condition ordering(Branch branch, Fact left, Fact right, boolean counts) {
        boolean equality = branch.condition() == Condition.EQUAL || branch.condition() == Condition.NOT_EQUAL;
        if (!equality || !counts || left.isConstant() || !right.isConstant()) {
            return branch.condition();
        }
        boolean equal = branch.condition() == Condition.EQUAL;
        if (left.max() == right.min()) {
            return equal ? Condition.SIGNED_GREATER_OR_EQUAL : Condition.SIGNED_LESS;
        }
        if (left.min() == right.min()) {
            return equal ? Condition.SIGNED_LESS_OR_EQUAL : Condition.SIGNED_GREATER;
        }
        return branch.condition();
    }

    private int anyBit(Branch branch) {
        if (branch.wide()) {
            code.load(branch.left());
            code.load(branch.right());
            code.instruction(LAND);
            code.constant(0L);
            code.instruction(LCMP);
        } else {
            code.loadLow(branch.left());
            code.loadLow(branch.right());
            code.instruction(IAND);
        }
        return IFNE;
    }

    private static boolean isUnsigned(Condition condition) {
        return switch (condition) {
            case GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> true;
            default -> false;
        };
    }

    /** Returns the jump after a comparison whose result is compared with zero. */
    private static int jump(Condition condition) {
        return switch (condition) {
            case EQUAL -> IFEQ;
            case NOT_EQUAL, ANY_BIT -> IFNE;
            case GREATER, SIGNED_GREATER -> IFGT;
            case GREATER_OR_EQUAL, SIGNED_GREATER_OR_EQUAL -> IFGE;
            case LESS, SIGNED_LESS -> IFLT;
            case LESS_OR_EQUAL, SIGNED_LESS_OR_EQUAL -> IFLE;
        };
    }

    /** Returns the jump that is taken when another is not: they come in pairs (JVM specification, 6.5). */
    private static int opposite(int jump) {
        return (jump - IFEQ ^ 1) + IFEQ;
    }
}
