package io.bpf4j.vm.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.verify.RangeComparison.Outcome;
import io.bpf4j.vm.verify.RangeComparison.Refined;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every range of a result has the result of every number of the ranges of the operands. */
class RangeProperties {

    private static final int TRIES = 5000;
    private static final Long[] CORNERS = {0L, 1L, -1L, 2L, 7L, 255L, 256L, 65535L, 0x7fffffffL, 0x80000000L,
        0xffffffffL, 0x100000000L, -0x80000000L, Long.MIN_VALUE, Long.MAX_VALUE};

    /** A range and a number in it. */
    record Member(ScalarRange range, long number) {}

    @Provide
    Arbitrary<Member> members() {
        Arbitrary<Long> numbers = Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.of(CORNERS),
                Arbitraries.longs().between(-300, 300));
        return Combinators.combine(numbers, numbers, numbers, Arbitraries.integers().between(0, 63))
                .as(RangeProperties::member);
    }

    /** Applies some of the facts that hold for a number: bits, and a range of each kind. */
    private static Member member(long number, long other, long mask, int facts) {
        Bounds bounds = new Bounds();
        if ((facts & 1) != 0) {
            bounds.bits = new Tnum(number & ~mask, mask);
        }
        if ((facts & 2) != 0) {
            bounds.limitUnsigned(Bounds.minUnsigned(number, other), Bounds.maxUnsigned(number, other));
        }
        if ((facts & 4) != 0) {
            bounds.limitSigned(Math.min(number, mask), Math.max(number, mask));
        }
        if ((facts & 8) != 0) {
            bounds.limitSigned32(Math.min((int) number, (int) other), Math.max((int) number, (int) other));
        }
        if ((facts & 16) != 0) {
            bounds.limitUnsigned32((int) Bounds.minUnsigned(number & 0xffff_ffffL, mask & 0xffff_ffffL),
                    (int) Bounds.maxUnsigned(number & 0xffff_ffffL, mask & 0xffff_ffffL));
        }
        if ((facts & 32) != 0 && number >= 0) {
            bounds.limitUnsigned(0, number | 0xff);
        }
        ScalarRange range = bounds.settle();
        assertNotNull(range, "a number was lost");
        return new Member(range, number);
    }

    private static void assertHas(ScalarRange range, long number, String what) {
        assertTrue(range.contains(ScalarRange.constant(number)),
                () -> what + " " + number + " is not in " + range);
    }

    @Property(tries = TRIES)
    void whatIsKnownOfANumberHoldsForIt(@ForAll("members") Member one) {
        assertHas(one.range(), one.number(), "the number");
    }

    @Property(tries = 4 * TRIES)
    void arithmeticKeepsEveryResult(@ForAll("members") Member left, @ForAll("members") Member right,
            @ForAll AluOperation operation, @ForAll boolean wide) {
        assertHas(RangeArithmetic.apply(operation, wide, left.range(), right.range()),
                Arithmetic.apply(operation, wide, left.number(), right.number()),
                left + " " + operation + " " + right);
    }

    @Property(tries = 2 * TRIES)
    void arithmeticWithConstantsKeepsEveryResult(@ForAll("members") Member left, @ForAll byte right,
            @ForAll AluOperation operation, @ForAll boolean wide) {
        assertHas(RangeArithmetic.apply(operation, wide, left.range(), ScalarRange.constant(right)),
                Arithmetic.apply(operation, wide, left.number(), right),
                left + " " + operation + " " + right);
    }

    @Property(tries = TRIES)
    void widthChangesKeepEveryResult(@ForAll("members") Member one, @ForAll boolean wide) {
        for (int bytes : new int[]{1, 2, 4, 8}) {
            int bits = bytes * Byte.SIZE;
            assertHas(RangeArithmetic.truncate(one.range(), bytes),
                    Arithmetic.extend(bits, false, one.number()),
                    "truncated");
            if (bytes < Long.BYTES) {
                long extended = Arithmetic.extend(bits, true, one.number());
                assertHas(RangeArithmetic.signExtend(one.range(), bits, wide),
                        wide ? extended : extended & 0xffff_ffffL, "extended from " + bits);
            }
        }
        assertHas(RangeArithmetic.negate(wide, one.range()), Arithmetic.negate(wide, one.number()),
                "negated");
    }

    @Property(tries = 4 * TRIES)
    void comparisonsAreDecidedAsTheyComeOut(@ForAll("members") Member left, @ForAll("members") Member right,
            @ForAll Condition condition, @ForAll boolean wide) {
        boolean holds = Arithmetic.holds(condition, wide, left.number(), right.number());
        Outcome outcome = RangeComparison.decide(condition, wide, left.range(), right.range());
        if (outcome != Outcome.UNKNOWN) {
            assertEquals(holds, outcome == Outcome.ALWAYS);
        }
        Refined refined = holds
                ? RangeComparison.whereTrue(condition, wide, left.range(), right.range())
                : RangeComparison.whereFalse(condition, wide, left.range(), right.range());
        assertNotNull(refined, "a way that is gone was excluded");
        assertHas(refined.left(), left.number(), "the left side");
        assertHas(refined.right(), right.number(), "the right side");
        assertTrue(left.range().contains(refined.left()), "something was forgotten");
    }
}
