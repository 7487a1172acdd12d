package io.bpf4j.loader.sys;

/**
 * {@code info} of {@code union bpf_attr}, for BPF_OBJ_GET_INFO_BY_FD (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +---------------+---------------+-------------------------------+
 *    | bpf_fd        | info_len      | info                          |
 * 16 +---------------+---------------+-------------------------------+
 * </pre>
 */
final class ObjectInfoDescriptor {
    static final int BPF_FD = 0;
    static final int INFO_LEN = 4;
    static final int INFO = 8;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 16;

    private ObjectInfoDescriptor() {}
}
