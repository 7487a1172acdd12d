package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Memory;

/**
 * What all threads of a traced process read: written by the tool, at any time, from outside.
 *
 * <pre>
 *     0 +----------------+---------------+
 *       | sequence (u32) | 0             |  its lowest bit says which bank of the clock is valid
 *     8 +----------------+---------------+
 *       | boot time - monotonic (u64)    |  nanoseconds
 *    16 +--------------------------------+
 *       | TAI - monotonic (u64)          |  nanoseconds
 *    24 +--------------------------------+
 *       | 0                              |
 *    32 +--------------------------------+
 *       | bank 0: time stamp (u64)       |
 *    40 |         nanoseconds (u64)      |  CLOCK_MONOTONIC at that time stamp
 *    48 |         multiplier (u64)       |  nanoseconds per tick, times 2 to the shift
 *    56 |         shift (u64)            |  1 to 63
 *    64 +--------------------------------+
 *       | bank 1: the same               |
 *    96 +--------------------------------+
 *       | old handler of SIGSEGV (u64)   |  struct sigaction's sa_handler; 0 is SIG_DFL
 *   104 +--------------------------------+
 *       | old handler of SIGBUS (u64)    |
 *   112 +--------------------------------+
 * </pre>
 *
 * <p>To set the clock, write the bank that is not valid, then add one to the sequence.
 */
public enum ProcessBlock {
    SEQUENCE(0),
    BOOT_OFFSET(8),
    TAI_OFFSET(16),
    BANKS(32),
    OLD_SEGMENT_HANDLER(96),
    OLD_BUS_HANDLER(104);

    /** The size of the block in bytes. */
    public static final int BYTES = 112;
    /** The binary logarithm of the bytes of a bank. */
    public static final int BANK_BITS = 5;
    /** The offset of the time stamp in a bank. */
    public static final int TIME_STAMP = 0;
    /** The offset of the nanoseconds in a bank. */
    public static final int NANOSECONDS = 8;
    /** The offset of the multiplier in a bank. */
    public static final int MULTIPLIER = 16;
    /** The offset of the shift in a bank. */
    public static final int SHIFT = 24;

    private final int offset;

    ProcessBlock(int offset) {
        this.offset = offset;
    }

    /** Returns where the field is, in bytes from the start of the block. */
    public int offset() {
        return offset;
    }

    /** Returns the operand for generated code that has the block's address in a register. */
    public Memory of(Gpr block) {
        return Memory.at(block, offset);
    }
}
