package io.bpf4j.vm.x64;

/** The segments that still have a base in 64-bit mode (SDM volume 1, section 3.4.2.1). */
public enum Segment {
    /** On Linux the thread's control block. */
    FS(0x64),
    /** Free for programs on Linux; the kernel's per-CPU data inside it. */
    GS(0x65);

    private final int prefix;

    Segment(int prefix) {
        this.prefix = prefix;
    }

    /** Returns the prefix byte. */
    int prefix() {
        return prefix;
    }
}
