package io.bpf4j.loader.sys;

/**
 * {@code union bpf_attr} of BPF_BTF_LOAD (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +-------------------------------+-------------------------------+
 *    | btf                           | btf_log_buf                   |
 * 16 +---------------+---------------+---------------+---------------+
 *    | btf_size      | btf_log_size  | btf_log_level | log_true_size |
 * 32 +---------------+---------------+---------------+---------------+
 * </pre>
 */
final class BtfLoadDescriptor {
    static final int BTF = 0;
    static final int BTF_LOG_BUF = 8;
    static final int BTF_SIZE = 16;
    static final int BTF_LOG_SIZE = 20;
    static final int BTF_LOG_LEVEL = 24;
    static final int BTF_LOG_TRUE_SIZE = 28;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 32;

    private BtfLoadDescriptor() {}
}
