package io.bpf4j.vm.jit.jvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is said of values is true of what {@link Arithmetic} computes. */
class FactProperties {

    /** A value and something true of it. */
    record Known(long value, Fact fact) {}

    private static boolean holds(Fact fact, long value) {
        boolean step = fact.stride() == 0 || Long.remainderUnsigned(value - fact.min(), fact.stride()) == 0;
        return value >= fact.min() && value <= fact.max() && step;
    }

    @Provide
    Arbitrary<Known> known() {
        Arbitrary<Long> numbers = Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(-70, 70),
                Arbitraries.longs().between(0, 0x1_0000_0010L),
                Arbitraries.of(Long.MIN_VALUE, Long.MAX_VALUE, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL));
        Arbitrary<Long> steps = Arbitraries.of(0L, 0L, 1L, 2L, 3L, 8L, 40L);
        return Combinators.combine(numbers, steps, Arbitraries.integers().between(0, 9),
                Arbitraries.integers().between(0, 9), Arbitraries.of(0, 0, 0, 1)).as(FactProperties::around);
    }

    private static Known around(long value, long step, int below, int above, int unknown) {
        long min = value - step * below;
        long max = value + step * above;
        boolean fits = min <= value && max >= value && unknown == 0;
        Fact fact = fits ? Fact.stepping(min, max, step) : Fact.ANY;
        return new Known(value, fact);
    }

    @Property(tries = 20_000)
    void resultsAreAsTheFactsSay(@ForAll AluOperation operation, @ForAll boolean wide,
            @ForAll("known") Known left, @ForAll("known") Known right) {
        long result = Arithmetic.apply(operation, wide, left.value(), right.value());
        Fact fact = FactArithmetic.apply(operation, wide, left.fact(), right.fact());
        assertTrue(holds(fact, result), fact + " of 0x" + Long.toHexString(result));
    }

    @Property(tries = 20_000)
    void whatABranchTellsIsTrue(@ForAll Condition condition, @ForAll boolean wide,
            @ForAll("known") Known left, @ForAll("known") Known right, @ForAll boolean immediate) {
        long other = immediate ? (int) right.value() : right.value();
        Operand operand = immediate ? new Immediate((int) right.value()) : Register.R2;
        boolean taken = Arithmetic.holds(condition, wide, left.value(), other);
        Fact[] before = new Fact[Register.values().length];
        Arrays.fill(before, Fact.ANY);
        before[1] = left.fact();
        before[2] = right.fact();
        Fact[] after = BranchFacts.refine(new Branch(condition, wide, Register.R1, operand, (short) 1), taken,
                before);
        assertTrue(holds(after[1], left.value()), () -> after[1] + " of the left");
        assertTrue(holds(after[2], right.value()), () -> after[2] + " of the right");
    }

    @Property(tries = 5000)
    void eitherOfTwoIsOne(@ForAll("known") Known one, @ForAll("known") Known other) {
        Fact either = Fact.either(one.fact(), other.fact());
        assertTrue(holds(either, one.value()) && holds(either, other.value()), either::toString);
    }
}
