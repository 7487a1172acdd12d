package io.bpf4j.vm.jit.x64;

import java.math.BigInteger;

/**
 * A constant divisor as a multiplication (Granlund and Montgomery, "Division by invariant integers using
 * multiplication", PLDI 1994): {@code n / d = (m * n) >> (bits + shift)} for every n of {@code bits} bits.
 *
 * @param multiplier the low 64 bits of m
 * @param shift how far to shift right what lies above {@code bits} bits of the product
 * @param needsCarry whether m has one bit more than {@code bits}, which the multiplier lacks
 */
record Reciprocal(long multiplier, int shift, boolean needsCarry) {

    /**
     * Finds the smallest multiplier.
     *
     * @param divisor unsigned, above 1 and no power of two
     * @param bits 32 or 64
     */
    static Reciprocal of(long divisor, int bits) {
        BigInteger d = new BigInteger(Long.toUnsignedString(divisor));
        for (int shift = 0;; shift++) {
            BigInteger power = BigInteger.ONE.shiftLeft(bits + shift);
            BigInteger m = power.add(d).subtract(BigInteger.ONE).divide(d);
            BigInteger error = m.multiply(d).subtract(power);
            if (error.compareTo(BigInteger.ONE.shiftLeft(shift)) <= 0) {
                return new Reciprocal(m.longValue(), shift, m.bitLength() > bits);
            }
        }
    }

    /** Returns the multiplier for dividends of 32 bits and a product of 128 bits, of which the upper half is taken. */
    static long ofNarrow(long divisor) {
        return Long.divideUnsigned(-1L, divisor) + 1;
    }
}
