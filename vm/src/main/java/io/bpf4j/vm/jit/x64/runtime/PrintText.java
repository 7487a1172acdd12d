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
    static final String FORMAT_TO_MEMORY = BpfText.resource("print-to-memory");

    /** bpf_trace_printk(format, size, three arguments) and bpf_trace_vprintk(format, size, arguments, bytes). */
    static final String FORMAT_TO_TRACE = BpfText.resource("print-to-trace");

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
    static final String WRITE = BpfText.resource("print-write");

    /** Classes of characters: alphanumeric (R1), and whether one may follow a conversion. */
    static final String CLASSES = BpfText.resource("print-classes");

    /** Number (R1: sign or 0, R2: value, R3: base, R4: 32 for small letters) writes a number with its padding. */
    static final String NUMBER = BpfText.resource("print-number");

    /** Take (R1: bytes; R0: 0 or an error) takes room for an argument. */
    static final String PRINT = BpfText.resource("print-format");

    /** Internet (R1: 4 or 16 bytes, R2: the letter; R0: 0 or an error) prints the address that is pointed to. */
    static final String INTERNET = BpfText.resource("print-internet");

    private PrintText() {}
}
