package io.bpf4j.loader.sys;

/** What may be done with mapped memory: PROT_* of include/uapi/asm-generic/mman-common.h. */
public enum Access {
    READ(1), //
    READ_WRITE(3);

    private final int protection;

    Access(int protection) {
        this.protection = protection;
    }

    /** The third argument of mmap(2). */
    int protection() {
        return protection;
    }
}
