package io.bpf4j.loader.sys;

/**
 * {@code union bpf_attr} of BPF_*_GET_NEXT_ID and BPF_*_GET_FD_BY_ID (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8
 *  0 +---------------+---------------+---------------+
 *    | start or id   | next_id       | open_flags    |
 * 12 +---------------+---------------+---------------+
 * </pre>
 */
final class ObjectIdDescriptor {
    static final int START_ID = 0;
    static final int NEXT_ID = 4;
    static final int OPEN_FLAGS = 8;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 12;

    private ObjectIdDescriptor() {}
}
