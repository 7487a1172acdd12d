package io.bpf4j.vm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The machine's arithmetic is that of whole numbers, brought into its width. */
class ArithmeticProperties {

    /** All numbers, and often those at the edges of 32 and 64 bits or small enough to be a shift count. */
    @Provide
    Arbitrary<Long> registers() {
        return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(-70, 70),
                Arbitraries.of(Long.MIN_VALUE, Long.MAX_VALUE, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL,
                        -0x8000_0000L, 0x1_0000_0000L, 0xffff_ffff_0000_0000L));
    }

    @Property
    void operationsComputeWhatWholeNumbersDo(@ForAll AluOperation operation, @ForAll boolean wide,
            @ForAll("registers") long left, @ForAll("registers") long right) {
        assertEquals(ReferenceArithmetic.apply(operation, wide, left, right),
                Arithmetic.apply(operation, wide, left, right));
    }

    @Property
    void conditionsHoldAsForWholeNumbers(@ForAll Condition condition, @ForAll boolean wide,
            @ForAll("registers") long left, @ForAll("registers") long right) {
        assertEquals(ReferenceArithmetic.holds(condition, wide, left, right),
                Arithmetic.holds(condition, wide, left, right));
    }

    @Property
    void negationIsSubtractionFromZero(@ForAll boolean wide, @ForAll("registers") long value) {
        assertEquals(ReferenceArithmetic.apply(AluOperation.SUBTRACT, wide, 0, value),
                Arithmetic.negate(wide, value));
    }

    @Property
    void extensionKeepsTheNumber(@ForAll @IntRange(min = 1, max = 64) int bits, @ForAll boolean signed,
            @ForAll("registers") long value) {
        assertEquals(ReferenceArithmetic.extend(bits, signed, value), Arithmetic.extend(bits, signed, value));
    }

    @Property
    void bytesAreOrderedOneByOne(@ForAll Order order, @ForAll @IntRange(min = 0, max = 2) int width,
            @ForAll("registers") long value) {
        int bits = 16 << width;
        assertEquals(ReferenceArithmetic.swap(order, bits, value), Arithmetic.swap(order, bits, value));
    }
}
