package io.bpf4j.loader.sys;

/**
 * {@code struct rt_sigframe} of x86-64 (arch/x86/include/asm/sigframe.h): where rt_sigreturn(2) finds all that a thread
 * goes on with. {@code rsp} points behind the first word then, as a handler's {@code ret} has taken it off. The vector
 * state, 64-byte aligned, is wherever {@link #FPSTATE} points.
 *
 * <pre>
 *        0                               8
 *    0 +-------------------------------+-------------------------------+
 *      | pretcode (return address)     | uc_flags                      |
 *   16 +-------------------------------+-------------------------------+
 *      | uc_link                       | ss_sp                         |
 *   32 +---------------+---------------+-------------------------------+
 *      | ss_flags      | (padding)     | ss_size                       |
 *   48 +---------------+---------------+-------------------------------+
 *      | r8 r9 r10 r11 r12 r13 r14 r15 di si bp bx dx ax cx sp ip flags|
 *  192 +-------+-------+-------+-------+-------------------------------+
 *      | cs    | gs    | fs    | ss    | err                           |
 *  208 +-------+-------+-------+-------+-------------------------------+
 *      | trapno                        | oldmask                       |
 *  224 +-------------------------------+-------------------------------+
 *      | cr2                           | fpstate (address)             |
 *  240 +-------------------------------+-------------------------------+
 *      | (reserved)                                                    |
 *  304 +-------------------------------+-------------------------------+
 *      | uc_sigmask                    | info (128 bytes)              |
 *  440 +-------------------------------+-------------------------------+
 * </pre>
 */
public final class SignalFrameDescriptor {
    public static final int PRETCODE = 0;
    public static final int UC_FLAGS = 8;
    public static final int SS_FLAGS = 32;
    public static final int R8 = 48;
    public static final int DI = 112;
    public static final int SP = 168;
    public static final int FLAGS = 184;
    public static final int CS = 192;
    public static final int GS = 194;
    public static final int FS = 196;
    public static final int SS = 198;
    public static final int FPSTATE = 232;
    public static final int SIGMASK = 304;

    /** The bytes of the frame without the vector state. */
    public static final int LENGTH = 440;

    private SignalFrameDescriptor() {}
}
