package io.bpf4j.vm.isa;

import static io.bpf4j.vm.isa.AluOperation.ADD;
import static io.bpf4j.vm.isa.AluOperation.DIVIDE;
import static io.bpf4j.vm.isa.AluOperation.MODULO;
import static io.bpf4j.vm.isa.AluOperation.MOVE;
import static io.bpf4j.vm.isa.AluOperation.SHIFT_LEFT;
import static io.bpf4j.vm.isa.AluOperation.SHIFT_RIGHT;
import static io.bpf4j.vm.isa.AluOperation.SHIFT_RIGHT_SIGNED;
import static io.bpf4j.vm.isa.AluOperation.SIGNED_DIVIDE;
import static io.bpf4j.vm.isa.AluOperation.SIGNED_MODULO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import org.junit.jupiter.api.Test;

/** The corners that RFC 9669, sections 4.1 to 4.3, spells out. */
class ArithmeticTest {

    private static final long HIGH = 0x1234_5678_0000_0000L;

    private static long wide(AluOperation operation, long left, long right) {
        return Arithmetic.apply(operation, true, left, right);
    }

    private static long narrow(AluOperation operation, long left, long right) {
        return Arithmetic.apply(operation, false, left, right);
    }

    @Test
    void divideByZeroYieldsZero() {
        assertEquals(0, wide(DIVIDE, 7, 0));
        assertEquals(0, wide(SIGNED_DIVIDE, -7, 0));
        assertEquals(0, narrow(DIVIDE, 7, HIGH));
        assertEquals(0, narrow(SIGNED_DIVIDE, -7, HIGH));
    }

    @Test
    void moduloZeroYieldsTheDividend() {
        assertEquals(-7, wide(MODULO, -7, 0));
        assertEquals(-7, wide(SIGNED_MODULO, -7, 0));
        assertEquals(0xffff_fff9L, narrow(MODULO, -7, HIGH));
        assertEquals(0xffff_fff9L, narrow(SIGNED_MODULO, -7, HIGH));
    }

    @Test
    void theMostNegativeNumberByMinusOneIsItself() {
        assertEquals(Long.MIN_VALUE, wide(SIGNED_DIVIDE, Long.MIN_VALUE, -1));
        assertEquals(0, wide(SIGNED_MODULO, Long.MIN_VALUE, -1));
        assertEquals(0x8000_0000L, narrow(SIGNED_DIVIDE, Integer.MIN_VALUE, -1));
        assertEquals(0, narrow(SIGNED_MODULO, Integer.MIN_VALUE, -1));
    }

    @Test
    void signedDivisionTruncatesTowardsZero() {
        assertEquals(-2, wide(SIGNED_DIVIDE, -13, 5));
        assertEquals(-1, wide(SIGNED_MODULO, -13, 3));
        assertEquals(1, wide(SIGNED_MODULO, 13, -3));
        assertEquals(0xffff_fffeL, narrow(SIGNED_DIVIDE, -13, 5));
    }

    @Test
    void unsignedDivisionReadsAllBits() {
        assertEquals(Long.MAX_VALUE, wide(DIVIDE, -1, 2));
        assertEquals(5, wide(MODULO, -1, 10));
        assertEquals(0x7fff_ffffL, narrow(DIVIDE, -1, 2));
    }

    @Test
    void shiftCountsAreMasked() {
        assertEquals(2, wide(SHIFT_LEFT, 1, 65));
        assertEquals(1L << 33, wide(SHIFT_LEFT, 1, 33));
        assertEquals(2, narrow(SHIFT_LEFT, 1, 33));
        assertEquals(1, narrow(SHIFT_RIGHT, 1, 32));
        assertEquals(1, wide(SHIFT_RIGHT, -1, -1));
        assertEquals(0xc000_0000L, narrow(SHIFT_RIGHT_SIGNED, HIGH | 0x8000_0000L, 33));
    }

    @Test
    void narrowOperationsClearTheUpperHalf() {
        assertEquals(0, narrow(ADD, 0xffff_ffffL, HIGH | 1));
        assertEquals(0xffff_ffffL, narrow(MOVE, HIGH, -1));
        assertEquals(0xffff_ffffL, Arithmetic.negate(false, HIGH | 1));
        assertEquals(-1, Arithmetic.negate(true, 1));
    }

    @Test
    void narrowComparisonsIgnoreTheUpperHalf() {
        assertTrue(Arithmetic.holds(Condition.EQUAL, false, HIGH | 5, 5));
        assertFalse(Arithmetic.holds(Condition.EQUAL, true, HIGH | 5, 5));
        assertTrue(Arithmetic.holds(Condition.SIGNED_LESS, false, 0x8000_0000L, 0));
        assertTrue(Arithmetic.holds(Condition.GREATER, false, 0x8000_0000L, 0x7fff_ffffL));
        assertFalse(Arithmetic.holds(Condition.ANY_BIT, false, HIGH, HIGH));
        assertTrue(Arithmetic.holds(Condition.ANY_BIT, true, HIGH, HIGH));
    }

    @Test
    void bytesAreOrderedAndTheRestCleared() {
        assertEquals(0x4433_2211L, Arithmetic.swap(Order.BIG_ENDIAN, 32, 0xffff_ffff_1122_3344L));
        assertEquals(0x4433L, Arithmetic.swap(Order.REVERSED, 16, 0x1122_3344L));
        assertEquals(0x3344L, Arithmetic.swap(Order.LITTLE_ENDIAN, 16, 0x1122_3344L));
        assertEquals(0x8877_6655_4433_2211L, Arithmetic.swap(Order.REVERSED, 64, 0x1122_3344_5566_7788L));
    }
}
