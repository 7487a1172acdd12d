package io.bpf4j.bench.compare.micro;

/** How a function of the victim begins, which decides how a kernel probe on it is made. */
enum Start {
    /** With {@code push rbp}, which the kernel emulates. */
    PUSH("push"),
    /** With {@code lea}, which the kernel single-steps. */
    LEA("lea"),
    /** With a nop of five bytes, which newer kernels replace by a call. */
    NOP("nop5"),
    /** With {@code push rbp}, and reads the time stamp counter. */
    STAMP("rdtsc");

    private final String label;

    Start(String label) {
        this.label = label;
    }

    /** Returns the instruction's name. */
    String label() {
        return label;
    }
}
