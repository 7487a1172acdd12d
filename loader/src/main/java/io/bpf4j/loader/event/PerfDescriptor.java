package io.bpf4j.loader.event;

/**
 * A perf buffer as it is mapped (include/uapi/linux/perf_event.h, struct perf_event_mmap_page and enum
 * perf_event_type), for events that sample PERF_SAMPLE_RAW alone.
 *
 * <pre>
 *     0 +-------------------------------+
 *       | ... perf_event_mmap_page ...  |
 *  1024 +-------------------------------+
 *       | data_head (u64)               |  the kernel's
 *  1032 +-------------------------------+
 *       | data_tail (u64)               |  ours to write
 *       +-------------------------------+
 *  PAGE +-------------------------------+
 *       | data (size bytes, mapped once)|
 *       +-------------------------------+
 *
 *  record, aligned to 8, may go on at the beginning of the data:
 *     0 +---------------+-------+-------+
 *       | type          | misc  | size  |  size includes this header
 *     8 +---------------+-------+-------+
 *       type 9 (sample):   u32 length, then length bytes
 *       type 2 (lost):     u64 id, u64 count
 * </pre>
 */
final class PerfDescriptor {
    /** Bytes of a page on x86-64. */
    static final int PAGE = 4096;
    static final int DATA_HEAD = 1024;
    static final int DATA_TAIL = 1032;

    static final int TYPE = 0;
    static final int SIZE = 6;
    static final int HEADER = 8;
    static final int RAW_LENGTH = 8;
    static final int RAW_DATA = 12;
    static final int LOST_COUNT = 16;

    /** PERF_RECORD_LOST. */
    static final int LOST = 2;
    /** PERF_RECORD_SAMPLE. */
    static final int SAMPLE = 9;
    /** No record is larger, its size being 16 bits. */
    static final int MAX_RECORD = 1 << 16;

    private PerfDescriptor() {}
}
