package io.bpf4j.loader.sys;

/**
 * {@code union bpf_attr} of BPF_PROG_LOAD (include/uapi/linux/bpf.h).
 *
 * <pre>
 *     0               4               8              12
 *   0 +---------------+---------------+-------------------------------+
 *     | prog_type     | insn_cnt      | insns                         |
 *  16 +---------------+---------------+---------------+---------------+
 *     | license                       | log_level     | log_size      |
 *  32 +-------------------------------+---------------+---------------+
 *     | log_buf                       | kern_version  | prog_flags    |
 *  48 +-------------------------------+---------------+---------------+
 *     | prog_name, 16 bytes, zero ended                               |
 *  64 +---------------+---------------+---------------+---------------+
 *     | prog_ifindex  | attach_type   | prog_btf_fd   | func rec_size |
 *  80 +---------------+---------------+---------------+---------------+
 *     | func_info                     | func_info_cnt | line rec_size |
 *  96 +-------------------------------+---------------+---------------+
 *     | line_info                     | line_info_cnt | attach_btf_id |
 * 112 +---------------+---------------+---------------+---------------+
 *     | attach_prog_fd| core_relo_cnt | fd_array                      |
 * 128 +---------------+---------------+---------------+---------------+
 *     | core_relos                    | relo rec_size | log_true_size |
 * 144 +-------------------------------+---------------+---------------+
 * </pre>
 */
final class ProgramLoadDescriptor {
    static final int PROG_TYPE = 0;
    static final int INSN_CNT = 4;
    static final int INSNS = 8;
    static final int LICENSE = 16;
    static final int LOG_LEVEL = 24;
    static final int LOG_SIZE = 28;
    static final int LOG_BUF = 32;
    static final int KERN_VERSION = 40;
    static final int PROG_FLAGS = 44;
    static final int PROG_NAME = 48;
    static final int PROG_IFINDEX = 64;
    static final int EXPECTED_ATTACH_TYPE = 68;
    static final int PROG_BTF_FD = 72;
    static final int FUNC_INFO_REC_SIZE = 76;
    static final int FUNC_INFO = 80;
    static final int FUNC_INFO_CNT = 88;
    static final int LINE_INFO_REC_SIZE = 92;
    static final int LINE_INFO = 96;
    static final int LINE_INFO_CNT = 104;
    static final int ATTACH_BTF_ID = 108;
    static final int ATTACH_PROG_FD = 112;
    static final int CORE_RELO_CNT = 116;
    static final int FD_ARRAY = 120;
    static final int CORE_RELOS = 128;
    static final int CORE_RELO_REC_SIZE = 136;
    static final int LOG_TRUE_SIZE = 140;

    /** The bytes handed to the kernel. */
    static final int LENGTH = 144;

    private ProgramLoadDescriptor() {}
}
