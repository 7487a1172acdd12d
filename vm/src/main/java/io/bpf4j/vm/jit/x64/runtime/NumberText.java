package io.bpf4j.vm.jit.x64.runtime;

/** Comparing text and reading numbers ({@code io.bpf4j.vm.engine.helper.NumberText}) as text. */
final class NumberText {

    /** bpf_strncmp(first, size, second). */
    static final String COMPARE = """
            strncmp:
                w2 = w2
            strncmp_next:
                if r2 == 0 goto strncmp_same
                r4 = *(u8 *)(r1 + 0)
                r5 = *(u8 *)(r3 + 0)
                if r4 < r5 goto strncmp_less
                if r4 > r5 goto strncmp_more
                if r4 == 0 goto strncmp_same
                r1 += 1
                r3 += 1
                r2 += -1
                goto strncmp_next
            strncmp_same:
                r0 = 0
                exit
            strncmp_less:
                r0 = -1
                exit
            strncmp_more:
                r0 = 1
                exit
            """;

    /**
     * bpf_strtol and bpf_strtoul(text, length, flags, result). Number (R5: whether signed): R6 is where it reads, R7 the
     * end, R8 the value, R9 the base; below the frame are the text, the result, the sign, and whether signed.
     */
    static final String PARSE = """
            strtol:
                r5 = 1
                call number
                exit
            strtoul:
                r5 = 0
                call number
                exit
            number:
                *(u64 *)(r10 - 520) = r1
                *(u64 *)(r10 - 528) = r4
                *(u64 *)(r10 - 536) = 0
                *(u64 *)(r10 - 544) = r5
                *(u64 *)(r4 + 0) = 0
                r6 = r1
                r7 = r1
                w2 = w2
                r7 += r2
                r9 = r3
                if r9 == 0 goto number_space
                if r9 == 8 goto number_space
                if r9 == 10 goto number_space
                if r9 != 16 goto number_invalid
            number_space:
                if r6 == r7 goto number_invalid
                r1 = *(u8 *)(r6 + 0)
                if r1 == 32 goto number_skip
                if r1 == 160 goto number_skip
                if r1 < 9 goto number_sign
                if r1 > 13 goto number_sign
            number_skip:
                r6 += 1
                goto number_space
            number_sign:
                if r1 != 45 goto number_begin
                r6 += 1
                *(u64 *)(r10 - 536) = 1
            number_begin:
                if r6 == r7 goto number_invalid
                r1 = r6
                r1 += 63
                if r7 <= r1 goto number_prefix
                r7 = r1
            number_prefix:
                r1 = *(u8 *)(r6 + 0)
                r1 |= 32
                if r1 != 48 goto number_decimal
                r2 = r6
                r2 += 1
                if r2 == r7 goto number_octal
                r1 = *(u8 *)(r2 + 0)
                r1 |= 32
                if r1 != 120 goto number_octal
                if r9 == 16 goto number_hexadecimal
                if r9 != 0 goto number_digits
                r2 += 1
                if r2 == r7 goto number_octal
                r1 = *(u8 *)(r2 + 0)
                call digit
                if r0 > 15 goto number_octal
                r9 = 16
            number_hexadecimal:
                r6 += 2
                goto number_digits
            number_octal:
                if r9 != 0 goto number_digits
                r9 = 8
                goto number_digits
            number_decimal:
                if r9 != 0 goto number_digits
                r9 = 10
            number_digits:
                r8 = 0
                *(u64 *)(r10 - 552) = r6
                *(u64 *)(r10 - 560) = 0
            number_next:
                if r6 == r7 goto number_end
                r1 = *(u8 *)(r6 + 0)
                call digit
                if r0 >= r9 goto number_end
                r1 = -1
                r1 -= r0
                r1 /= r9
                if r8 <= r1 goto number_fits
                *(u64 *)(r10 - 560) = 1
            number_fits:
                r8 *= r9
                r8 += r0
                r6 += 1
                goto number_next
            number_end:
                r1 = *(u64 *)(r10 - 560)
                if r1 != 0 goto number_range
                r1 = *(u64 *)(r10 - 552)
                if r1 == r6 goto number_invalid
                r1 = *(u64 *)(r10 - 536)
                r2 = *(u64 *)(r10 - 544)
                if r2 == 0 goto number_unsigned
                if r1 != 0 goto number_negative
                if r8 s< 0 goto number_range
                goto number_store
            number_negative:
                r8 = -r8
                if r8 s> 0 goto number_range
                goto number_store
            number_unsigned:
                if r1 != 0 goto number_invalid
            number_store:
                r1 = *(u64 *)(r10 - 528)
                *(u64 *)(r1 + 0) = r8
                r1 = *(u64 *)(r10 - 520)
                r0 = r6
                r0 -= r1
                exit
            number_range:
                r0 = -34
                exit
            number_invalid:
                r0 = -22
                exit
            digit:
                r0 = r1
                r0 += -48
                if r0 < 10 goto digit_out
                r1 |= 32
                r0 = r1
                r0 += -87
                if r0 < 10 goto digit_none
                if r0 < 16 goto digit_out
            digit_none:
                r0 = 255
            digit_out:
                exit
            """;

    private NumberText() {}
}
