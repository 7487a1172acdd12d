package io.bpf4j.loader.sys;

/**
 * {@code link_create} of {@code union bpf_attr}, for BPF_LINK_CREATE (include/uapi/linux/bpf.h): 16 common bytes, then
 * one of the three forms used here.
 *
 * <pre>
 *    0               4               8              12
 *  0 +---------------+---------------+---------------+---------------+
 *    | prog_fd       | target_fd     | attach_type   | flags         |
 * 16 +---------------+---------------+---------------+---------------+
 *
 *    perf_event:                     tracing:
 * 16 +-------------------------------+---------------+---------------+
 *    | bpf_cookie                    | target_btf_id | (padding)     |
 * 24 +-------------------------------+---------------+---------------+
 *                                    | cookie                        |
 * 32                                 +-------------------------------+
 *
 *    uprobe_multi:
 * 16 +-------------------------------+-------------------------------+
 *    | path                          | offsets                       |
 * 32 +-------------------------------+-------------------------------+
 *    | ref_ctr_offsets               | cookies                       |
 * 48 +---------------+---------------+---------------+---------------+
 *    | cnt           | flags         | pid           | (padding)     |
 * 64 +---------------+---------------+---------------+---------------+
 * </pre>
 */
final class LinkCreateDescriptor {
    static final int PROG_FD = 0;
    static final int TARGET_FD = 4;
    static final int ATTACH_TYPE = 8;
    static final int FLAGS = 12;

    static final int PERF_EVENT_BPF_COOKIE = 16;

    static final int TRACING_TARGET_BTF_ID = 16;
    static final int TRACING_COOKIE = 24;

    static final int UPROBE_MULTI_PATH = 16;
    static final int UPROBE_MULTI_OFFSETS = 24;
    static final int UPROBE_MULTI_REF_CTR_OFFSETS = 32;
    static final int UPROBE_MULTI_COOKIES = 40;
    static final int UPROBE_MULTI_CNT = 48;
    static final int UPROBE_MULTI_FLAGS = 52;
    static final int UPROBE_MULTI_PID = 56;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 64;

    private LinkCreateDescriptor() {}
}
