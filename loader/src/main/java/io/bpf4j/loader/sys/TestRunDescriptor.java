package io.bpf4j.loader.sys;

/**
 * {@code test} of {@code union bpf_attr}, for BPF_PROG_TEST_RUN (include/uapi/linux/bpf.h).
 *
 * <pre>
 *    0               4               8              12
 *  0 +---------------+---------------+---------------+---------------+
 *    | prog_fd       | retval        | data_size_in  | data_size_out |
 * 16 +---------------+---------------+---------------+---------------+
 *    | data_in                       | data_out                      |
 * 32 +---------------+---------------+---------------+---------------+
 *    | repeat        | duration      | ctx_size_in   | ctx_size_out  |
 * 48 +---------------+---------------+---------------+---------------+
 *    | ctx_in                        | ctx_out                       |
 * 64 +---------------+---------------+---------------+---------------+
 *    | flags         | cpu           | batch_size    |
 * 76 +---------------+---------------+---------------+
 * </pre>
 */
final class TestRunDescriptor {
    static final int PROG_FD = 0;
    static final int RETVAL = 4;
    static final int DATA_SIZE_IN = 8;
    static final int DATA_SIZE_OUT = 12;
    static final int DATA_IN = 16;
    static final int DATA_OUT = 24;
    static final int REPEAT = 32;
    static final int DURATION = 36;
    static final int CTX_SIZE_IN = 40;
    static final int CTX_SIZE_OUT = 44;
    static final int CTX_IN = 48;
    static final int CTX_OUT = 56;
    static final int FLAGS = 64;
    static final int CPU = 68;
    static final int BATCH_SIZE = 72;

    /** The bytes handed to the kernel, rounded up to 8. */
    static final int LENGTH = 80;

    private TestRunDescriptor() {}
}
