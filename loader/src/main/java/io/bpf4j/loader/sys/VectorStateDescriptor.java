package io.bpf4j.loader.sys;

/**
 * The vector state as XSAVE writes it. What ptrace gives (NT_X86_XSTATE) has XCR0, the states that the kernel uses, at
 * {@link #PTRACE_XCR0}; a signal frame's has the words shown there ({@code struct _fpx_sw_bytes},
 * arch/x86/include/uapi/asm/sigcontext.h), and the number {@link #END_MAGIC} behind its end.
 *
 * <pre>
 *        0                               8
 *    0 +-------------------------------+-------------------------------+
 *      | x87 and SSE state, as FXSAVE writes it                        |
 *  464 +---------------+---------------+-------------------------------+
 *      | magic1        | extended_size | xfeatures                     |
 *  480 +---------------+---------------+-------------------------------+
 *      | xstate_size   | (padding)                                     |
 *  512 +---------------+---------------+-------------------------------+
 *      | XSTATE_BV                     | XCOMP_BV ...                  |
 *  576 +-------------------------------+-------------------------------+
 *      | AVX and later states                                          |
 *      +---------------------------------------------------------------+
 * </pre>
 */
public final class VectorStateDescriptor {
    public static final int PTRACE_XCR0 = 464;
    public static final int MAGIC1 = 464;
    public static final int EXTENDED_SIZE = 468;
    public static final int XFEATURES = 472;
    public static final int XSTATE_SIZE = 480;

    /** FP_XSTATE_MAGIC1. */
    public static final int START_MAGIC = 0x46505853;
    /** FP_XSTATE_MAGIC2. */
    public static final int END_MAGIC = 0x46505845;

    /** The bytes of the oldest form, without any header: all that a processor without XSAVE has. */
    public static final int LEGACY_LENGTH = 512;
    /** The most bytes: with the tiles of AMX. */
    public static final int MAX_LENGTH = 11_008;

    private VectorStateDescriptor() {}
}
