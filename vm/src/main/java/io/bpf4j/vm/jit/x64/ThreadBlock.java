package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.x64.Memory;

/**
 * What a thread of a traced process has of its own while programs run in it: generated code reaches it through r12.
 * It is private to the process, aligned to a page, and belongs to the thread whose key is in it.
 *
 * <pre>
 *     0 +--------------------------------+
 *       | key (u64)                      |  whose block it is, 0 if nobody's
 *     8 +----------------+---------------+
 *       | busy (u32)     | shard (u32)   |  a program runs; which values of per-CPU maps are this thread's
 *    16 +----------------+---------------+
 *       | thread (u32)   | process (u32) |  as the kernel's helper gives them
 *    24 +----------------+---------------+
 *       | 0                              |
 *    32 +----------------+---------------+
 *       | state of the random numbers    |  any number, but another one in each thread
 *    40 +--------------------------------+
 *       | attach cookie (u64)            |  of the probe that runs
 *    48 +--------------------------------+
 *       | function address (u64)         |  of the probe that runs
 *    56 +--------------------------------+
 *       | hits (u64)                     |
 *    64 +--------------------------------+
 *       | missed (u64)                   |
 *    72 +----------------+---------------+
 *       | tail calls     | at entry (u32)|  made in this run, 0 at its start; not 0 if no instruction of the
 *    80 +----------------+---------------+  function was executed yet, so that its frame is not there
 *       | own pid (u32)  | 0             |  the process's number in its own namespace
 *    88 +----------------+---------------+
 *       | printed texts that were lost   |  no ring for them, or no room
 *    96 +--------------------------------+
 *       | free for the trampolines       |
 *   256 +--------------------------------+
 *       | context: struct pt_regs        |  168 bytes, see PtRegs
 *   424 +--------------------------------+
 *       | what else programs see         |  at system calls: raw arguments, or a tracepoint's record
 *   512 +--------------------------------+
 *       | scratch bytes of helpers       |
 *  3584 +--------------------------------+
 *       | machine stack, downwards       |  for trampolines that leave the thread's own
 *  6144 +--------------------------------+
 *       | frames of helpers              |
 *  8192 +--------------------------------+
 *       | 8 frames of 512 bytes          |  R10 of a program is 12288
 * 12288 +--------------------------------+
 *       | values of scratch maps         |
 *       +--------------------------------+
 * </pre>
 */
public enum ThreadBlock {
    KEY(0),
    BUSY(8),
    SHARD(12),
    /** Thread in the lower half, process in the upper one. */
    PID_TGID(16),
    RANDOM(32),
    COOKIE(40),
    FUNCTION(48),
    HITS(56),
    MISSED(64),
    TAIL_CALLS(72),
    AT_ENTRY(76),
    OWN_PID(80),
    LOST_TEXTS(88),
    TRAMPOLINE(96),
    CONTEXT(256),
    SCRATCH(512),
    /** Where the machine stack begins, which goes down to the end of the scratch bytes. */
    STACK_START(6144),
    /** R10 of a program's main function. */
    FRAME_TOP(12288),
    /** The values of maps that are nothing but room for one run. */
    SCRATCH_VALUES(12288);

    /** The scratch bytes that helpers have. */
    public static final int SCRATCH_BYTES = 3072;

    private final int offset;

    ThreadBlock(int offset) {
        this.offset = offset;
    }

    /** Returns where the field is, in bytes from the start of the block. */
    public int offset() {
        return offset;
    }

    /** Returns the operand for generated code. */
    public Memory operand() {
        return Memory.at(Registers.CONTROL, offset);
    }
}
