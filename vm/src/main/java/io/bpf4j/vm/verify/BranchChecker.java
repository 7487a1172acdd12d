package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.verify.RangeComparison.Outcome;
import io.bpf4j.vm.verify.RangeComparison.Refined;

/** Conditional jumps: which ways are possible, and what is known on each (kernel/bpf/verifier.c, check_cond_jmp_op). */
final class BranchChecker {

    private final Walk walk;
    private final PacketBounds packets;

    BranchChecker(Walk walk) {
        this.walk = walk;
        this.packets = new PacketBounds();
    }

    /** Follows the branch; the way that is not gone now is put aside. */
    void branch(Branch branch) {
        Value left = walk.read(branch.left());
        Value right = branch.right() instanceof Register register
                ? walk.read(register)
                : Scalar.constant(((Operand.Immediate) branch.right()).value());
        int target = walk.code().targetOf(walk.index());
        Outcome outcome = decide(branch, left, right);
        if (outcome != Outcome.UNKNOWN) {
            markDecisive(branch, left, right);
            walk.follow(outcome == Outcome.ALWAYS ? target : walk.index() + 1);
            return;
        }
        if (left instanceof Scalar one && right instanceof Scalar other) {
            numbers(branch, one, other, target);
        } else {
            pointers(branch, left, right, target);
        }
    }

    private void markDecisive(Branch branch, Value left, Value right) {
        if (left instanceof Scalar) {
            walk.markPrecise(branch.left());
        }
        if (right instanceof Scalar && branch.right() instanceof Register register) {
            walk.markPrecise(register);
        }
    }

    private static Outcome decide(Branch branch, Value left, Value right) {
        if (left instanceof Scalar one && right instanceof Scalar other) {
            return RangeComparison.decide(branch.condition(), branch.wide(), one.range(), other.range());
        }
        boolean againstZero = isNeverNull(left) && right.isZero() || isNeverNull(right) && left.isZero();
        if (!againstZero || !branch.wide()) {
            return Outcome.UNKNOWN;
        }
        return switch (branch.condition()) {
            case EQUAL -> Outcome.NEVER;
            case NOT_EQUAL -> Outcome.ALWAYS;
            default -> Outcome.UNKNOWN;
        };
    }

    /** As kernel/bpf/verifier.c, reg_not_null. */
    private static boolean isNeverNull(Value value) {
        return value instanceof Pointer pointer && !pointer.nullable() && switch (pointer.target()) {
            case PointerTarget.MapHandle target -> true;
            case PointerTarget.MapValue target -> true;
            case PointerTarget.MapKey target -> true;
            case PointerTarget.RingRecord target -> true;
            case PointerTarget.Block target -> true;
            case PointerTarget.Typed(var type, var name, var trusted) -> trusted;
            default -> false;
        };
    }

    private void numbers(Branch branch, Scalar left, Scalar right, int target) {
        Refined taken = RangeComparison.whereTrue(branch.condition(), branch.wide(), left.range(),
                right.range());
        Refined notTaken = RangeComparison.whereFalse(branch.condition(), branch.wide(), left.range(),
                right.range());
        if (taken == null || notTaken == null) {
            markDecisive(branch, left, right);
            walk.follow(taken == null ? walk.index() + 1 : target);
            return;
        }
        if (left.id() != 0 || right.id() != 0) {
            link(left, right);
        }
        State other = walk.fork(target);
        tell(other, branch, left, right, taken);
        tell(walk.state(), branch, left, right, notTaken);
        walk.follow(walk.index() + 1);
    }

    /** Notes all copies of both numbers: what is learnt of one is learnt of all. */
    private void link(Scalar left, Scalar right) {
        int[] one = left.id() == 0 ? new int[0] : LinkedScalars.places(walk.state(), left.id());
        int[] other = right.id() == 0 || right.id() == left.id()
                ? new int[0]
                : LinkedScalars.places(walk.state(), right.id());
        if (one.length > 1 || other.length > 1) {
            int[] all = new int[one.length + other.length];
            System.arraycopy(one, 0, all, 0, one.length);
            System.arraycopy(other, 0, all, one.length, other.length);
            walk.noteLinks(all);
        }
    }

    private static void tell(State state, Branch branch, Scalar left, Scalar right, Refined refined) {
        Scalar one = left.withRange(refined.left());
        tell(state, branch.left(), left, one);
        if (branch.right() instanceof Register register && register != branch.left()) {
            tell(state, register, right, right.withRange(refined.right()));
        }
    }

    private static void tell(State state, Register register, Scalar before, Scalar after) {
        if (after.range() == before.range()) {
            return;
        }
        state.frame().set(register, after);
        if (after.id() != 0) {
            LinkedScalars.spread(state, LinkedScalars.places(state, after.id()), after);
        }
    }

    private void pointers(Branch branch, Value left, Value right, int target) {
        if (!walk.policy().pointerLeaks() && !isNullTest(left, right)
                && !packets.areComparable(left, right)) {
            Value pointer = left instanceof Pointer ? left : right;
            throw Refusal.of(RejectionKind.POINTER_LEAK, branch.left().number(), "compares " + pointer
                    + " with a number", "only a comparison with 0 is possible");
        }
        State other = walk.fork(target);
        Condition condition = branch.condition();
        boolean equality = branch.wide()
                && (condition == Condition.EQUAL || condition == Condition.NOT_EQUAL);
        if (equality && left instanceof Pointer pointer && pointer.nullable() && right.isZero()) {
            markDecisive(branch, left, right);
            decideNull(walk.state(), pointer, condition == Condition.NOT_EQUAL);
            decideNull(other, pointer, condition == Condition.EQUAL);
        } else if (equality && right instanceof Pointer pointer && pointer.nullable() && left.isZero()) {
            markDecisive(branch, left, right);
            decideNull(walk.state(), pointer, condition == Condition.NOT_EQUAL);
            decideNull(other, pointer, condition == Condition.EQUAL);
        } else if (equality && left instanceof Pointer one && right instanceof Pointer two) {
            State same = condition == Condition.EQUAL ? other : walk.state();
            liftNull(same, one, two);
            liftNull(same, two, one);
        } else if (branch.wide()) {
            packets.learn(condition, left, right, other, walk.state());
        }
        walk.follow(walk.index() + 1);
    }

    private static boolean isNullTest(Value left, Value right) {
        return left.isZero() || right.isZero();
    }

    /** A pointer that equals one that is not null is not null either. */
    private static void liftNull(State same, Pointer known, Pointer unsure) {
        if (!known.nullable() && unsure.nullable() && isNeverNull(known)) {
            decideNull(same, unsure, false);
        }
    }

    /** Tells all copies of a pointer whether it is null; a reference that was not given need not be given back. */
    private static void decideNull(State state, Pointer pointer, boolean isNull) {
        if (isNull && pointer.reference() != 0) {
            state.release(pointer.reference());
        }
        state.replace(value -> value instanceof Pointer copy && copy.nullable() && copy.id() == pointer.id()
                ? isNull ? Scalar.ZERO : copy.notNull()
                : value);
    }
}
