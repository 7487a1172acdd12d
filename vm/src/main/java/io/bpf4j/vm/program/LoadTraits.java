package io.bpf4j.vm.program;

/**
 * What the kernel is to be told about a program besides its type.
 *
 * @param attachType the kernel's number of what it will be attached to (include/uapi/linux/bpf.h, enum
 *        bpf_attach_type); 0 where there is none to choose
 * @param typed the function, or with a leading {@code btf_trace_} the tracepoint, of the kernel's types that it is for;
 *        else empty
 * @param sleepable whether it may wait for user memory
 * @param onDemand whether it is left out unless somebody asks for it
 */
public record LoadTraits(int attachType, String typed, boolean sleepable, boolean onDemand) {
    /** Nothing. */
    public static final LoadTraits NONE = new LoadTraits(0, "", false, false);
}
