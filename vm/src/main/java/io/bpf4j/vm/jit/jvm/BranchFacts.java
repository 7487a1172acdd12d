package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;

/** What a branch tells of the registers that it compares. */
final class BranchFacts {

    private BranchFacts() {}

    /** Returns the facts behind a branch that was taken or not, given those before it. */
    static Fact[] refine(Branch branch, boolean taken, Fact[] before) {
        Fact left = before[branch.left().number()];
        Fact right = of(branch.right(), before);
        boolean signed = isSigned(branch.condition());
        boolean numbers = branch.wide() || (signed
                ? left.isPositiveInt() && right.isPositiveInt()
                : left.isNarrow() && right.isNarrow());
        if (!numbers || branch.condition() == Condition.ANY_BIT) {
            return before;
        }
        Condition condition = taken ? branch.condition() : opposite(branch.condition());
        Fact[] after = before.clone();
        after[branch.left().number()] = refine(condition, left, right);
        if (branch.right() instanceof Register register) {
            after[register.number()] = refine(mirrored(condition), right, left);
        }
        return after;
    }

    private static Fact of(Operand operand, Fact[] facts) {
        return switch (operand) {
            case Immediate immediate -> Fact.constant(immediate.value());
            case Register register -> facts[register.number()];
        };
    }

    private static Fact refine(Condition condition, Fact fact, Fact other) {
        boolean positive = fact.isPositive() && other.isPositive();
        return switch (condition) {
            case EQUAL -> fact.within(other.min(), other.max());
            case NOT_EQUAL -> other.isConstant() ? fact.without(other.min()) : fact;
            case SIGNED_LESS ->
                other.max() == Long.MIN_VALUE ? fact : fact.within(fact.min(), other.max() - 1);
            case SIGNED_LESS_OR_EQUAL -> fact.within(fact.min(), other.max());
            case SIGNED_GREATER ->
                other.min() == Long.MAX_VALUE ? fact : fact.within(other.min() + 1, fact.max());
            case SIGNED_GREATER_OR_EQUAL -> fact.within(other.min(), fact.max());
            // Less than a number that is not negative: not negative either.
            case LESS -> other.isPositive() && other.max() > 0 ? fact.within(0, other.max() - 1) : fact;
            case LESS_OR_EQUAL -> other.isPositive() ? fact.within(0, other.max()) : fact;
            case GREATER -> positive && other.min() < Long.MAX_VALUE
                    ? fact.within(other.min() + 1, fact.max())
                    : fact;
            case GREATER_OR_EQUAL -> positive ? fact.within(other.min(), fact.max()) : fact;
            case ANY_BIT -> fact;
        };
    }

    private static boolean isSigned(Condition condition) {
        return switch (condition) {
            case SIGNED_LESS, SIGNED_LESS_OR_EQUAL, SIGNED_GREATER, SIGNED_GREATER_OR_EQUAL -> true;
            default -> false;
        };
    }

    private static Condition opposite(Condition condition) {
        return switch (condition) {
            case EQUAL -> Condition.NOT_EQUAL;
            case NOT_EQUAL -> Condition.EQUAL;
            case LESS -> Condition.GREATER_OR_EQUAL;
            case LESS_OR_EQUAL -> Condition.GREATER;
            case GREATER -> Condition.LESS_OR_EQUAL;
            case GREATER_OR_EQUAL -> Condition.LESS;
            case SIGNED_LESS -> Condition.SIGNED_GREATER_OR_EQUAL;
            case SIGNED_LESS_OR_EQUAL -> Condition.SIGNED_GREATER;
            case SIGNED_GREATER -> Condition.SIGNED_LESS_OR_EQUAL;
            case SIGNED_GREATER_OR_EQUAL -> Condition.SIGNED_LESS;
            case ANY_BIT -> Condition.ANY_BIT;
        };
    }

    /** Returns the condition that says the same with the sides exchanged. */
    private static Condition mirrored(Condition condition) {
        return switch (condition) {
            case LESS -> Condition.GREATER;
            case LESS_OR_EQUAL -> Condition.GREATER_OR_EQUAL;
            case GREATER -> Condition.LESS;
            case GREATER_OR_EQUAL -> Condition.LESS_OR_EQUAL;
            case SIGNED_LESS -> Condition.SIGNED_GREATER;
            case SIGNED_LESS_OR_EQUAL -> Condition.SIGNED_GREATER_OR_EQUAL;
            case SIGNED_GREATER -> Condition.SIGNED_LESS;
            case SIGNED_GREATER_OR_EQUAL -> Condition.SIGNED_LESS_OR_EQUAL;
            case EQUAL, NOT_EQUAL, ANY_BIT -> condition;
        };
    }
}
