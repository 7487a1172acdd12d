/**
 * Proves, without running it, that a program cannot fault, leak a reference or run for ever.
 *
 * <p>The method is that of the kernel's verifier (kernel/bpf/verifier.c): every path is walked, with what is known of
 * each register and stack slot, and a path ends early where an explored state already covers it. Verdicts follow the
 * kernel's for a privileged user, with these deviations, all towards accepting what is provably safe:
 *
 * <ul>
 * <li>the unsigned remainder and quotient of a division by a constant have bounds;
 * <li>byte swaps keep the width that they are given as a bound;
 * <li>a branch whose condition contradicts what is known is not walked at all;
 * <li>a global function is checked where it is called, not on its own for all arguments.
 * </ul>
 */
package io.bpf4j.vm.verify;
