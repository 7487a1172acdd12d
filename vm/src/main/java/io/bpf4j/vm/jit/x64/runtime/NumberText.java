package io.bpf4j.vm.jit.x64.runtime;

/** Comparing text and reading numbers ({@code io.bpf4j.vm.engine.helper.NumberText}) as text. */
final class NumberText {

    /** bpf_strncmp(first, size, second). */
    static final String COMPARE = BpfText.resource("compare");

    /**
     * bpf_strtol and bpf_strtoul(text, length, flags, result). Number (R5: whether signed): R6 is where it reads, R7
     * the end, R8 the value, R9 the base; below the frame are the text, the result, the sign, and whether signed.
     */
    static final String PARSE = BpfText.resource("number");

    private NumberText() {}
}
