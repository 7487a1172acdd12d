package io.bpf4j.loader.sys;

/**
 * {@code struct bpf_map_info}, up to what Linux 5.9 knows (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +---------------+---------------+---------------+---------------+
 *    | type          | id            | key_size      | value_size    |
 * 16 +---------------+---------------+---------------+---------------+
 *    | max_entries   | map_flags     | name, 16 bytes                |
 * 32 +---------------+---------------+                               |
 *    |                               +---------------+---------------+
 *    |                               | ifindex       | vmlinux type  |
 * 48 +---------------+---------------+---------------+---------------+
 *    | netns_dev                     | netns_ino                     |
 * 64 +---------------+---------------+---------------+---------------+
 *    | btf_id        | key type id   | value type id |
 * 76 +---------------+---------------+---------------+
 * </pre>
 */
final class MapInfoDescriptor {
    static final int TYPE = 0;
    static final int ID = 4;
    static final int KEY_SIZE = 8;
    static final int VALUE_SIZE = 12;
    static final int MAX_ENTRIES = 16;
    static final int MAP_FLAGS = 20;
    static final int NAME = 24;
    static final int BTF_ID = 64;

    /** The bytes asked for. */
    static final int LENGTH = 80;

    private MapInfoDescriptor() {}
}
