package io.bpf4j.loader.sys;

/**
 * {@code union bpf_attr} of BPF_MAP_CREATE (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +---------------+---------------+---------------+---------------+
 *    | map_type      | key_size      | value_size    | max_entries   |
 * 16 +---------------+---------------+---------------+---------------+
 *    | map_flags     | inner_map_fd  | numa_node     | map_name      |
 * 32 +---------------+---------------+---------------+               |
 *    |                     ... 16 bytes, zero ended                  |
 *    |               +---------------+---------------+---------------+
 *    |               | map_ifindex   | btf_fd        | key_type_id   |
 * 56 +---------------+---------------+---------------+---------------+
 *    | value_type_id | vmlinux type  | map_extra                     |
 * 72 +---------------+---------------+-------------------------------+
 * </pre>
 */
final class MapCreateDescriptor {
    static final int MAP_TYPE = 0;
    static final int KEY_SIZE = 4;
    static final int VALUE_SIZE = 8;
    static final int MAX_ENTRIES = 12;
    static final int MAP_FLAGS = 16;
    static final int INNER_MAP_FD = 20;
    static final int NUMA_NODE = 24;
    static final int MAP_NAME = 28;
    static final int MAP_IFINDEX = 44;
    static final int BTF_FD = 48;
    static final int BTF_KEY_TYPE_ID = 52;
    static final int BTF_VALUE_TYPE_ID = 56;
    static final int BTF_VMLINUX_VALUE_TYPE_ID = 60;
    static final int MAP_EXTRA = 64;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 72;

    private MapCreateDescriptor() {}
}
