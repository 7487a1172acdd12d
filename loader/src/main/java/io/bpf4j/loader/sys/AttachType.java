package io.bpf4j.loader.sys;

/** {@code enum bpf_attach_type} of include/uapi/linux/bpf.h, as far as tracing uses it. */
public enum AttachType {
    /** The type of programs that name none. */
    NONE(0), //
    TRACE_RAW_TRACEPOINT(23), //
    TRACE_FENTRY(24), //
    TRACE_FEXIT(25), //
    PERF_EVENT(41), //
    TRACE_UPROBE_MULTI(48), //
    /** Since Linux 6.13: one program for entry and return, with a cookie between them. */
    TRACE_UPROBE_SESSION(57);

    private final int number;

    AttachType(int number) {
        this.number = number;
    }

    /** The kernel's number. */
    public int number() {
        return number;
    }
}
