package io.bpf4j.loader.sys;

/**
 * {@code raw_tracepoint} of {@code union bpf_attr}, for BPF_RAW_TRACEPOINT_OPEN (include/uapi/linux/bpf.h). The
 * cookie is known since Linux 6.10; older kernels accept the longer attribute as long as it is 0.
 *
 * <pre>
 *    0               4               8              12
 *  0 +-------------------------------+---------------+---------------+
 *    | name                          | prog_fd       | (padding)     |
 * 16 +-------------------------------+---------------+---------------+
 *    | cookie                        |
 * 24 +-------------------------------+
 * </pre>
 */
final class RawTracepointDescriptor {
    static final int NAME = 0;
    static final int PROG_FD = 8;
    static final int COOKIE = 16;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 24;

    private RawTracepointDescriptor() {}
}
