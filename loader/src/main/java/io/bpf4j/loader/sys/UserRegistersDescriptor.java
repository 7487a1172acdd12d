package io.bpf4j.loader.sys;

/**
 * {@code struct user_regs_struct} of x86-64 (arch/x86/include/asm/user_64.h), what PTRACE_GETREGS gives: the 21
 * registers of {@code struct pt_regs} in its order (see {@link io.bpf4j.vm.abi.PtRegs}), and the segments.
 *
 * <pre>
 *        0                               8
 *    0 +-------------------------------+-------------------------------+
 *      | r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip |
 *      | cs flags sp ss                                                |
 *  168 +-------------------------------+-------------------------------+
 *      | fs_base                       | gs_base                       |
 *  184 +-------------------------------+-------------------------------+
 *      | ds                            | es                            |
 *  200 +-------------------------------+-------------------------------+
 *      | fs                            | gs                            |
 *  216 +-------------------------------+-------------------------------+
 * </pre>
 */
public final class UserRegistersDescriptor {
    public static final int FS_BASE = 168;
    public static final int GS_BASE = 176;
    public static final int DS = 184;
    public static final int ES = 192;
    public static final int FS = 200;
    public static final int GS = 208;

    /** The bytes that the kernel reads and writes. */
    public static final int LENGTH = 216;

    private UserRegistersDescriptor() {}
}
