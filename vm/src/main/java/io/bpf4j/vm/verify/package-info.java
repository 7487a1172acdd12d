/**
 * Proves, without running it, that a program cannot fault, leak a reference or run for ever.
 *
 * <p>The method is that of the kernel's verifier (kernel/bpf/verifier.c): every path is walked, with what is known of
 * each register and stack slot, and a path ends early where an explored state already covers it. Verdicts follow the
 * kernel's for a privileged user, with these deviations, all towards accepting what is provably safe:
 *
 * <ul>
 * <li>the unsigned remainder and quotient of a division by a constant have bounds;
 * <li>a 32-bit shift by an unknown number of bits has a result of 32 bits;
 * <li>a branch whose condition contradicts what is known is not walked at all;
 * <li>a global function is checked where it is called, not on its own for all arguments.
 * </ul>
 *
 * <p>In a few places it is stricter, because user space is not the kernel or because the kernel's check has a gap:
 *
 * <ul>
 * <li>the kernel's own description of a map cannot be read, nor any kernel object, and no kernel function be called;
 * <li>a tracepoint's record has no bytes at negative offsets;
 * <li>a comparison of the lower half of an address says nothing about null;
 * <li>the frame pointer is not written even where nothing leads.
 * </ul>
 */
package io.bpf4j.vm.verify;
