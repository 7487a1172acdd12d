package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.jit.x64.ThreadBlock;

/**
 * Printing by formats ({@code io.bpf4j.vm.engine.helper.PrintFormat}) as text.
 *
 * <p>R6 is the state, in the thread's scratch bytes, in all routines; R7 in {@code print} is where it reads the format.
 *
 * <pre>
 *    0 target | 8 room in it | 16 length so far | 24 arguments | 32 how many | 40 how many are used
 *   48 room for arguments | 56 flags: 1 zeros, 2 plus, 4 left, 8 space | 64 width or -1 | 72 room that the caller has
 *   80 format | 96 arguments of bpf_trace_printk | 128 digits, to 152 | 160 an address's bytes | 192 its text
 *  512 a string | 1024 to 2048 free for reads | 2048 a printed line
 * </pre>
 */
final class PrintText {

    /** bpf_snprintf(target, room, format, arguments, bytes): first only counts, so that an error leaves the target. */
    static final String FORMAT_TO_MEMORY = """
            snprintf:
                w2 = w2
                w5 = w5
                if r5 & 7 goto snprintf_invalid
                if r5 > 96 goto snprintf_invalid
                if r5 == 0 goto snprintf_begin
                if r4 == 0 goto snprintf_invalid
            snprintf_begin:
                call ${BLOCK}
                r6 = r0
                r6 += ${scratch}
                r5 >>= 3
                *(u64 *)(r6 + 0) = r1
                *(u64 *)(r6 + 8) = 0
                *(u64 *)(r6 + 24) = r4
                *(u64 *)(r6 + 32) = r5
                *(u64 *)(r6 + 72) = r2
                *(u64 *)(r6 + 80) = r3
                call print
                if r0 != 0 goto snprintf_out
                r1 = *(u64 *)(r6 + 72)
                if r1 == 0 goto snprintf_length
                *(u64 *)(r6 + 8) = r1
                call print
                call terminate
            snprintf_length:
                r0 = *(u64 *)(r6 + 16)
                r0 += 1
            snprintf_out:
                exit
            snprintf_invalid:
                r0 = -22
                exit
            terminate:
                r1 = *(u64 *)(r6 + 16)
                r2 = *(u64 *)(r6 + 8)
                r2 += -1
                if r1 <= r2 goto terminate_here
                r1 = r2
            terminate_here:
                r2 = *(u64 *)(r6 + 0)
                r2 += r1
                *(u8 *)(r2 + 0) = 0
                exit
            """;

    /** bpf_trace_printk(format, size, three arguments) and bpf_trace_vprintk(format, size, arguments, bytes). */
    static final String FORMAT_TO_TRACE = """
            trace_printk:
                call ${BLOCK}
                r0 += ${scratch}
                *(u64 *)(r0 + 96) = r3
                *(u64 *)(r0 + 104) = r4
                *(u64 *)(r0 + 112) = r5
                r3 = r0
                r3 += 96
                r4 = 24
                call trace_vprintk
                exit
            trace_vprintk:
                w2 = w2
                w4 = w4
                if r4 & 7 goto trace_invalid
                if r4 > 96 goto trace_invalid
                if r4 == 0 goto trace_begin
                if r3 == 0 goto trace_invalid
            trace_begin:
                call ${BLOCK}
                r6 = r0
                r6 += ${scratch}
                r4 >>= 3
                r5 = r6
                r5 += 2048
                *(u64 *)(r6 + 0) = r5
                *(u64 *)(r6 + 8) = 1024
                *(u64 *)(r6 + 24) = r3
                *(u64 *)(r6 + 32) = r4
                *(u64 *)(r6 + 72) = 1024
                *(u64 *)(r6 + 80) = r1
            trace_end:
                if r2 == 0 goto trace_invalid
                r3 = *(u8 *)(r1 + 0)
                r1 += 1
                r2 += -1
                if r3 != 0 goto trace_end
                call print
                if r0 != 0 goto trace_out
                r7 = *(u64 *)(r6 + 16)
                r3 = r7
                if r3 <= 1023 goto trace_send
                r3 = 1023
            trace_send:
                ${send}
                r0 = r7
            trace_out:
                exit
            trace_invalid:
                r0 = -22
                exit
            """;

    /** Sends R3 bytes to the ring for printed texts. */
    static final String SEND = """
                r1 = ${ring} ll
                r2 = *(u64 *)(r6 + 0)
                r4 = 0
                call bpf_ringbuf_output
                if r0 == 0 goto trace_sent
                r6 += ${lost}
                r1 = *(u64 *)(r6 + 0)
                r1 += 1
                *(u64 *)(r6 + 0) = r1
            trace_sent:
            """;

    /** Counts a text that nobody gets. */
    static final String LOSE = """
                r6 += ${lost}
                r1 = *(u64 *)(r6 + 0)
                r1 += 1
                *(u64 *)(r6 + 0) = r1
            """;

    /** The value of {@code lost}, from the state on. */
    static final int LOST = ThreadBlock.LOST_TEXTS.offset() - ThreadBlock.SCRATCH.offset();

    /** Writing: put (R1: a character), fill (R1: a character, R2: how many), bytes (R1: where, R2: how many). */
    static final String WRITE = """
            put:
                r2 = *(u64 *)(r6 + 16)
                r3 = r2
                r3 += 1
                *(u64 *)(r6 + 16) = r3
                r4 = *(u64 *)(r6 + 8)
                if r3 >= r4 goto put_out
                r5 = *(u64 *)(r6 + 0)
                r5 += r2
                *(u8 *)(r5 + 0) = r1
            put_out:
                exit
            fill:
                r3 = *(u64 *)(r6 + 16)
                r4 = r3
                r4 += r2
                *(u64 *)(r6 + 16) = r4
                r5 = *(u64 *)(r6 + 8)
                r5 += -1
                r4 = *(u64 *)(r6 + 0)
            fill_next:
                if r2 == 0 goto fill_out
                if r3 s>= r5 goto fill_out
                r0 = r4
                r0 += r3
                *(u8 *)(r0 + 0) = r1
                r3 += 1
                r2 += -1
                goto fill_next
            fill_out:
                exit
            bytes:
                r3 = *(u64 *)(r6 + 16)
                r4 = r3
                r4 += r2
                *(u64 *)(r6 + 16) = r4
                r5 = *(u64 *)(r6 + 8)
                r5 += -1
                r4 = *(u64 *)(r6 + 0)
                r4 += r3
            bytes_next:
                if r2 == 0 goto bytes_out
                if r3 s>= r5 goto bytes_out
                r0 = *(u8 *)(r1 + 0)
                *(u8 *)(r4 + 0) = r0
                r1 += 1
                r4 += 1
                r3 += 1
                r2 += -1
                goto bytes_next
            bytes_out:
                exit
            padded:
                r7 = r1
                r8 = r2
                r9 = *(u64 *)(r6 + 64)
                r9 -= r8
                if r9 s> 0 goto padded_some
                r9 = 0
            padded_some:
                r1 = *(u64 *)(r6 + 56)
                if r1 & 4 goto padded_left
                r1 = 32
                r2 = r9
                call fill
                r9 = 0
            padded_left:
                r1 = r7
                r2 = r8
                call bytes
                r1 = 32
                r2 = r9
                call fill
                exit
            shown:
                r3 = *(u64 *)(r6 + 16)
                r4 = *(u64 *)(r6 + 72)
                if r3 >= r4 goto shown_not
                call bytes
            shown_not:
                exit
            """;

    /** Classes of characters: alphanumeric (R1), and whether one may follow a conversion. */
    static final String CLASSES = """
            alphanumeric:
                r0 = 1
                r2 = r1
                r2 += -48
                if r2 < 10 goto alphanumeric_out
                r1 |= 32
                r1 += -97
                if r1 < 26 goto alphanumeric_out
                r0 = 0
            alphanumeric_out:
                exit
            ends:
                r0 = 1
                if r1 == 0 goto ends_out
                if r1 == 32 goto ends_out
                if r1 == 160 goto ends_out
                if r1 < 9 goto ends_not
                if r1 < 14 goto ends_out
                if r1 < 32 goto ends_not
                if r1 > 126 goto ends_not
                call alphanumeric
                r0 ^= 1
                exit
            ends_not:
                r0 = 0
            ends_out:
                exit
            """;

    /** Number (R1: sign or 0, R2: value, R3: base, R4: 32 for small letters) writes a number with its padding. */
    static final String NUMBER = """
            number_text:
                r7 = r1
                r8 = r6
                r8 += 152
            number_digit:
                r1 = r2
                r2 /= r3
                r5 = r2
                r5 *= r3
                r1 -= r5
                r1 += 48
                if r1 < 58 goto number_put
                r1 += 7
                r1 |= r4
            number_put:
                r8 += -1
                *(u8 *)(r8 + 0) = r1
                if r2 != 0 goto number_digit
                r9 = *(u64 *)(r6 + 64)
                r1 = r6
                r1 += 152
                r1 -= r8
                r9 -= r1
                if r7 == 0 goto number_missing
                r9 += -1
            number_missing:
                if r9 s> 0 goto number_padding
                r9 = 0
            number_padding:
                r1 = *(u64 *)(r6 + 56)
                if r1 & 5 goto number_sign_text
                r1 = 32
                r2 = r9
                call fill
                r9 = 0
            number_sign_text:
                if r7 == 0 goto number_zeros
                r1 = r7
                call put
            number_zeros:
                r1 = *(u64 *)(r6 + 56)
                r1 &= 1
                if r1 == 0 goto number_bytes
                r1 = 48
                r2 = r9
                call fill
                r9 = 0
            number_bytes:
                r1 = r8
                r2 = r6
                r2 += 152
                r2 -= r8
                call bytes
                r1 = 32
                r2 = r9
                call fill
                exit
            """;

    /** Take (R1: bytes; R0: 0 or an error) takes room for an argument. */
    static final String PRINT = """
            take_room:
                r2 = *(u64 *)(r6 + 48)
                r2 &= -4
                r2 -= r1
                *(u64 *)(r6 + 48) = r2
                r0 = 0
                if r2 s>= 0 goto take_room_out
                r0 = -28
            take_room_out:
                exit
            next_argument:
                r1 = *(u64 *)(r6 + 40)
                r2 = r1
                r2 += 1
                *(u64 *)(r6 + 40) = r2
                r1 <<= 3
                r2 = *(u64 *)(r6 + 24)
                r1 += r2
                r0 = *(u64 *)(r1 + 0)
                exit
            print:
                *(u64 *)(r6 + 16) = 0
                *(u64 *)(r6 + 40) = 0
                *(u64 *)(r6 + 48) = 512
                r7 = *(u64 *)(r6 + 80)
            print_next:
                r1 = *(u8 *)(r7 + 0)
                if r1 == 0 goto print_done
                if r1 > 127 goto print_printable
                if r1 == 127 goto print_invalid
                if r1 > 31 goto print_printable
                if r1 < 9 goto print_invalid
                if r1 > 13 goto print_invalid
            print_printable:
                r7 += 1
                if r1 != 37 goto print_plain
                r2 = *(u8 *)(r7 + 0)
                if r2 != 37 goto print_conversion
                r7 += 1
            print_plain:
                call put
                goto print_next
            print_done:
                r0 = 0
                exit
            print_invalid:
                r0 = -22
                exit
            print_full:
                r0 = -28
                exit
            print_conversion:
                r1 = *(u64 *)(r6 + 40)
                r3 = *(u64 *)(r6 + 32)
                if r1 >= r3 goto print_invalid
                r8 = 0
                r9 = -1
            print_flag:
                r1 = *(u8 *)(r7 + 0)
                r2 = 1
                if r1 == 48 goto print_set
                r2 = 2
                if r1 == 43 goto print_set
                r2 = 4
                if r1 == 45 goto print_set
                r2 = 8
                if r1 != 32 goto print_digits
            print_set:
                r8 |= r2
                r7 += 1
                goto print_flag
            print_digits:
                r1 = *(u8 *)(r7 + 0)
                r1 += -48
                if r1 > 9 goto print_width
                if r9 s>= 0 goto print_more
                r9 = 0
            print_more:
                r9 *= 10
                r9 += r1
                if r9 <= 0x7fffff goto print_wide
                r9 = 0x7fffff
            print_wide:
                r7 += 1
                goto print_digits
            print_width:
                if r8 & 4 goto print_left
                goto print_kind
            print_left:
                r8 &= -2
            print_kind:
                *(u64 *)(r6 + 56) = r8
                *(u64 *)(r6 + 64) = r9
                r1 = *(u8 *)(r7 + 0)
                r8 = 1
                r9 = 0
                if r1 == 112 goto print_pointer
                if r1 == 115 goto print_string
                if r1 != 99 goto print_integer
                r7 += 1
                r1 = *(u64 *)(r6 + 48)
                if r1 s< 1 goto print_full
                r1 += -1
                *(u64 *)(r6 + 48) = r1
                call next_argument
                *(u8 *)(r6 + 128) = r0
                r1 = r6
                r1 += 128
                r2 = 1
                call padded
                goto print_next
            print_integer:
                if r1 != 108 goto print_letter
                r9 += 1
                r7 += 1
                r1 = *(u8 *)(r7 + 0)
                if r9 < 2 goto print_integer
            print_letter:
                r7 += 1
                r8 = r1
                if r1 == 100 goto print_size
                if r1 == 105 goto print_size
                if r1 == 117 goto print_size
                if r1 == 120 goto print_size
                if r1 != 88 goto print_invalid
            print_size:
                r1 = 8
                if r9 != 0 goto print_take
                r1 = 4
            print_take:
                call take_room
                if r0 != 0 goto print_full
                call next_argument
                r2 = r0
                r1 = 0
                if r8 == 100 goto print_signed
                if r8 == 105 goto print_signed
                if r9 != 0 goto print_base
                w2 = w2
            print_base:
                r3 = 10
                r4 = 32
                if r8 == 117 goto print_number
                r3 = 16
                if r8 == 120 goto print_number
                r4 = 0
            print_number:
                call number_text
                goto print_next
            print_signed:
                if r9 != 0 goto print_sign
                r2 = (s32)r2
            print_sign:
                r3 = 10
                if r2 s< 0 goto print_minus
                r5 = *(u64 *)(r6 + 56)
                r1 = 43
                if r5 & 2 goto print_number
                r1 = 32
                if r5 & 8 goto print_number
                r1 = 0
                goto print_number
            print_minus:
                r2 = -r2
                r1 = 45
                goto print_number
            print_pointer:
                r8 = *(u8 *)(r7 + 1)
                r1 = r8
                call ends
                r7 += 1
                if r0 != 0 goto print_address
                r2 = *(u8 *)(r7 + 1)
                if r2 != 115 goto print_extension
                r9 = 1
                if r8 == 107 goto print_pointed
                r9 = 2
                if r8 == 117 goto print_pointed
            print_extension:
                if r8 == 75 goto print_one_more
                if r8 == 120 goto print_one_more
                if r8 == 115 goto print_one_more
                if r8 == 83 goto print_one_more
                if r8 == 66 goto print_one_more
                r1 = r8
                r1 |= 32
                if r1 != 105 goto print_invalid
                r9 = 4
                if r2 == 52 goto print_internet
                r9 = 16
                if r2 != 54 goto print_invalid
            print_internet:
                r7 += 2
                r1 = r9
                r2 = r8
                call internet
                if r0 != 0 goto print_full
                goto print_letters
            print_one_more:
                r7 += 1
            print_address:
                r1 = 8
                call take_room
                if r0 != 0 goto print_full
                r1 = *(u64 *)(r6 + 64)
                if r1 s>= 0 goto print_hexadecimal
                *(u64 *)(r6 + 64) = 16
                r1 = *(u64 *)(r6 + 56)
                r1 |= 1
                *(u64 *)(r6 + 56) = r1
            print_hexadecimal:
                call next_argument
                r1 = 0
                r2 = r0
                r3 = 16
                r4 = 32
                call number_text
            print_letters:
                r1 = *(u8 *)(r7 + 0)
                call alphanumeric
                if r0 == 0 goto print_next
                r7 += 1
                goto print_letters
            print_pointed:
                r8 = 2
            print_string:
                r7 += r8
                r1 = *(u8 *)(r7 + 0)
                call ends
                if r0 == 0 goto print_invalid
                r1 = *(u64 *)(r6 + 48)
                if r1 s< 1 goto print_full
                call next_argument
                r3 = r0
                r1 = r6
                r1 += 512
                r2 = *(u64 *)(r6 + 48)
                if r9 == 1 goto print_kernel
                if r9 == 2 goto print_user
                call bpf_probe_read_str
                goto print_read
            print_kernel:
                call bpf_probe_read_kernel_str
                goto print_read
            print_user:
                call bpf_probe_read_user_str
            print_read:
                if r0 s> 0 goto print_length
                r0 = 1
            print_length:
                r1 = *(u64 *)(r6 + 48)
                r1 -= r0
                *(u64 *)(r6 + 48) = r1
                r2 = r0
                r2 += -1
                r1 = r6
                r1 += 512
                if r9 != 0 goto print_shown
                call padded
                goto print_next
            print_shown:
                call shown
                goto print_next
            """;

    /** Internet (R1: 4 or 16 bytes, R2: the letter; R0: 0 or an error) prints the address that an argument points to. */
    static final String INTERNET = """
            internet:
                r8 = r1
                r9 = r2
                call next_argument
                r3 = r0
                r1 = r6
                r1 += 160
                r2 = r8
                call bpf_probe_read_kernel
                r7 = r6
                r7 += 192
                r4 = 0
            internet_next:
                if r4 == 0 goto internet_byte
                if r8 == 4 goto internet_dot
                if r9 == 105 goto internet_byte
                if r4 & 1 goto internet_byte
                *(u8 *)(r7 + 0) = 58
                r7 += 1
                goto internet_byte
            internet_dot:
                *(u8 *)(r7 + 0) = 46
                r7 += 1
            internet_byte:
                r1 = r6
                r1 += r4
                r1 = *(u8 *)(r1 + 160)
                r4 += 1
                if r8 != 4 goto internet_hexadecimal
                r3 = r1
                r3 /= 100
                if r3 != 0 goto internet_hundreds
                if r9 == 73 goto internet_tens
            internet_hundreds:
                r5 = r3
                r5 += 48
                *(u8 *)(r7 + 0) = r5
                r7 += 1
            internet_tens:
                r5 = r3
                r3 *= 100
                r1 -= r3
                r3 = r1
                r3 /= 10
                r5 |= r3
                if r5 != 0 goto internet_ten
                if r9 == 73 goto internet_ones
            internet_ten:
                r5 = r3
                r5 += 48
                *(u8 *)(r7 + 0) = r5
                r7 += 1
            internet_ones:
                r3 *= 10
                r1 -= r3
                r1 += 48
                *(u8 *)(r7 + 0) = r1
                r7 += 1
                goto internet_more
            internet_hexadecimal:
                r3 = r1
                r3 >>= 4
                r3 += 48
                if r3 < 58 goto internet_high
                r3 += 39
            internet_high:
                *(u8 *)(r7 + 0) = r3
                r1 &= 15
                r1 += 48
                if r1 < 58 goto internet_low
                r1 += 39
            internet_low:
                *(u8 *)(r7 + 1) = r1
                r7 += 2
            internet_more:
                if r4 != r8 goto internet_next
                r1 = r6
                r1 += 192
                r2 = r7
                r2 -= r1
                r3 = *(u64 *)(r6 + 48)
                r3 -= r2
                r3 += -1
                if r3 s< 0 goto internet_full
                *(u64 *)(r6 + 48) = r3
                call shown
                r0 = 0
                exit
            internet_full:
                r0 = -28
                exit
            """;

    private PrintText() {}
}
