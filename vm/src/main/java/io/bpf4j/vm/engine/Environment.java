package io.bpf4j.vm.engine;

import io.bpf4j.vm.memory.Memory;

/**
 * The world that helpers ask: clocks, the traced process, its memory. One for each run or shared by many; whoever
 * records a run wraps it.
 */
public interface Environment {

    /** Returns CLOCK_MONOTONIC in nanoseconds. */
    long monotonicNanos();

    /** Returns CLOCK_BOOTTIME in nanoseconds. */
    long bootNanos();

    /** Returns CLOCK_TAI in nanoseconds. */
    long taiNanos();

    /** Returns the process id in the upper half and the thread id in the lower, as the kernel's helper does. */
    long pidTgid();

    /** Returns the group id in the upper half and the user id in the lower, as the kernel's helper does. */
    long uidGid();

    /** Returns the thread's name: at most 15 bytes, without a zero at the end. */
    byte[] command();

    /** Returns the number of the CPU. */
    int cpu();

    /** Returns a pseudo-random number. */
    int random();

    /** Returns the address of the function that was probed, 0 if there is none. */
    long functionAddress();

    /** Returns the number that was given when the program was attached, 0 if none was. */
    long attachCookie();

    /**
     * Reads memory of the traced process.
     *
     * @return how many bytes were read, from the first on; less than asked if the rest cannot be read
     */
    int readUser(long address, Memory target, long targetAddress, int length);

    /**
     * Reads memory of the kernel.
     *
     * @return how many bytes were read, from the first on; less than asked if the rest cannot be read
     */
    int readKernel(long address, Memory target, long targetAddress, int length);

    /**
     * Returns the return addresses on the traced thread's stack, the innermost first.
     *
     * @param user whether of user space, else of the kernel
     */
    long[] stack(boolean user);

    /** Takes a line of {@code bpf_trace_printk}. */
    void print(byte[] text);
}
