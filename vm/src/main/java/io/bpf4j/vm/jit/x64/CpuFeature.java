package io.bpf4j.vm.jit.x64;

/** What some processors have and the code generator makes use of; the names are those of {@code /proc/cpuinfo}. */
public enum CpuFeature {
    /** Shifts by any register. */
    BMI2,
    /** Reading the number of the processor. */
    RDPID,
    /** Reading the time stamp together with the number of the processor. */
    RDTSCP
}
