package io.bpf4j.loader.sys;

/**
 * {@code struct perf_event_attr} (include/uapi/linux/perf_event.h), up to PERF_ATTR_SIZE_VER5.
 *
 * <pre>
 *     0               4               8              12
 *   0 +---------------+---------------+-------------------------------+
 *     | type          | size          | config                        |
 *  16 +---------------+---------------+-------------------------------+
 *     | sample_period or sample_freq  | sample_type                   |
 *  32 +-------------------------------+-------------------------------+
 *     | read_format                   | flag bits: disabled, freq ... |
 *  48 +---------------+---------------+-------------------------------+
 *     | wakeup_events | bp_type       | config1: path of a uprobe     |
 *  64 +---------------+---------------+-------------------------------+
 *     | config2: offset of a uprobe   | branch_sample_type            |
 *  80 +-------------------------------+---------------+---------------+
 *     | sample_regs_user              | stack_user    | clockid       |
 *  96 +-------------------------------+---------------+---------------+
 *     | sample_regs_intr              | aux_watermark | max_stack |   |
 * 112 +-------------------------------+---------------+---------------+
 * </pre>
 */
final class PerfEventDescriptor {
    static final int TYPE = 0;
    static final int SIZE = 4;
    static final int CONFIG = 8;
    static final int SAMPLE_PERIOD = 16;
    static final int SAMPLE_TYPE = 24;
    static final int READ_FORMAT = 32;
    /** The 64 flag bits, which have no name of their own in the kernel's struct. */
    static final int DISABLED = 40;
    static final int WAKEUP_EVENTS = 48;
    static final int CONFIG1 = 56;
    static final int CONFIG2 = 64;

    /** The bytes handed to the kernel: PERF_ATTR_SIZE_VER5. */
    static final int LENGTH = 112;

    private PerfEventDescriptor() {}
}
