package io.bpf4j.tools.vm;

/** The engines that users can choose. */
public enum EngineName {
    /** One instruction after the other, in Java. */
    INTERPRETER,
    /** A Java class, compiled by the JVM. */
    JVM,
    /** Machine code in this process. */
    NATIVE,
    /** The kernel, through BPF_PROG_TEST_RUN. */
    KERNEL;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
