package io.bpf4j.vm.patch;

/** What an analysis says that never says no to what is so. */
public enum Answer {
    /** It is certainly not so. */
    NO,
    /** It may be so. */
    UNKNOWN,
    /** It is so, or at least there is an instruction that does it. */
    YES;

    Answer or(Answer other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
