package io.bpf4j.loader.sys;

/**
 * {@code struct bpf_prog_info} (include/uapi/linux/bpf.h); only scalars are read, the pointers stay 0.
 *
 * <pre>
 *     0               4               8              12
 *   0 +---------------+---------------+-------------------------------+
 *     | type          | id            | tag                           |
 *  16 +---------------+---------------+-------------------------------+
 *     | jited_prog_len| xlated_prog_len  | ... pointers ...           |
 *  64 +---------------+---------------+-------------------------------+
 *     | name, 16 bytes                                                |
 *  80 +-----------------------------------------------------------...-+
 *     | ... pointers and counts ...                                   |
 * 192 +-------------------------------+-------------------------------+
 *     | run_time_ns                   | run_cnt                       |
 * 208 +-------------------------------+---------------+---------------+
 *     | recursion_misses              | verified_insns| ...           |
 * 224 +-------------------------------+---------------+---------------+
 * </pre>
 */
final class ProgramInfoDescriptor {
    static final int TYPE = 0;
    static final int ID = 4;
    static final int JITED_PROG_LEN = 16;
    static final int XLATED_PROG_LEN = 20;
    static final int NAME = 64;
    static final int RUN_TIME_NS = 192;
    static final int RUN_CNT = 200;
    static final int RECURSION_MISSES = 208;
    static final int VERIFIED_INSNS = 216;

    /** The bytes asked for. */
    static final int LENGTH = 232;

    private ProgramInfoDescriptor() {}
}
