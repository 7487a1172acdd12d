package io.bpf4j.loader.sys;

/**
 * {@code batch} of {@code union bpf_attr}, for the BPF_MAP_*_BATCH commands (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +-------------------------------+-------------------------------+
 *    | in_batch                      | out_batch                     |
 * 16 +-------------------------------+-------------------------------+
 *    | keys                          | values                        |
 * 32 +---------------+---------------+-------------------------------+
 *    | count         | map_fd        | elem_flags                    |
 * 48 +---------------+---------------+-------------------------------+
 *    | flags                         |
 * 56 +-------------------------------+
 * </pre>
 */
final class MapBatchDescriptor {
    static final int IN_BATCH = 0;
    static final int OUT_BATCH = 8;
    static final int KEYS = 16;
    static final int VALUES = 24;
    static final int COUNT = 32;
    static final int MAP_FD = 36;
    static final int ELEM_FLAGS = 40;
    static final int FLAGS = 48;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 56;

    private MapBatchDescriptor() {}
}
