package io.bpf4j.loader.sys;

/**
 * {@code union bpf_attr} of the BPF_MAP_*_ELEM commands, BPF_MAP_GET_NEXT_KEY and BPF_MAP_FREEZE
 * (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +---------------+---------------+-------------------------------+
 *    | map_fd        | (padding)     | key                           |
 * 16 +---------------+---------------+-------------------------------+
 *    | value or next_key             | flags                         |
 * 32 +-------------------------------+-------------------------------+
 * </pre>
 */
final class MapElementDescriptor {
    static final int MAP_FD = 0;
    static final int KEY = 8;
    static final int VALUE = 16;
    static final int NEXT_KEY = 16;
    static final int FLAGS = 24;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 32;

    private MapElementDescriptor() {}
}
