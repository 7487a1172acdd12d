package io.bpf4j.loader.sys;

import io.bpf4j.vm.abi.ProgramType;

/**
 * The commands of {@code bpf()} that attach programs. Stateless. Each link lasts until its descriptor is closed, so
 * it ends with this process, whatever happens to it.
 */
public final class LinkCalls {
    private static final int RETURN_FLAG = 1; // BPF_F_UPROBE_MULTI_RETURN

    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public LinkCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Runs {@code program} whenever a perf event of {@link PerfCalls} fires (Linux 5.15); the event may be closed
     * after.
     */
    public Fd attachToPerfEvent(Fd program, Fd event, long cookie) {
        try (var memory = new NativeMemory()) {
            var attribute = attribute(memory, program, event.number(), AttachType.PERF_EVENT);
            attribute.bytes().putLong(LinkCreateDescriptor.PERF_EVENT_BPF_COOKIE, cookie);
            return kernel.bpfFd(Command.LINK_CREATE, attribute, () -> "linking a program to a perf event");
        }
    }

    /** Attaches to many places of a file at once (Linux 6.6; sessions 6.13). */
    public Fd attachToUprobes(Fd program, UprobeMulti uprobes) {
        try (var memory = new NativeMemory()) {
            var type = uprobes.session() ? AttachType.TRACE_UPROBE_SESSION : AttachType.TRACE_UPROBE_MULTI;
            var attribute = attribute(memory, program, 0, type);
            attribute.bytes()
                    .putLong(LinkCreateDescriptor.UPROBE_MULTI_PATH, memory.string(uprobes.path()).address())
                    .putLong(LinkCreateDescriptor.UPROBE_MULTI_OFFSETS,
                            memory.longs(uprobes.offsets()).address())
                    .putLong(LinkCreateDescriptor.UPROBE_MULTI_REF_CTR_OFFSETS,
                            memory.longs(uprobes.counterOffsets()).address())
                    .putLong(LinkCreateDescriptor.UPROBE_MULTI_COOKIES,
                            memory.longs(uprobes.cookies()).address())
                    .putInt(LinkCreateDescriptor.UPROBE_MULTI_CNT, uprobes.offsets().size())
                    .putInt(LinkCreateDescriptor.UPROBE_MULTI_FLAGS, uprobes.onReturn() ? RETURN_FLAG : 0)
                    .putInt(LinkCreateDescriptor.UPROBE_MULTI_PID, uprobes.pid());
            return kernel.bpfFd(Command.LINK_CREATE, attribute,
                    () -> "attaching to " + uprobes.offsets().size() + " places of " + uprobes.path());
        }
    }

    /** Attaches a {@link ProgramType#TRACING} program to the function that it was loaded for. */
    public Fd attachTracing(Fd program, AttachType type, long cookie) {
        try (var memory = new NativeMemory()) {
            var attribute = attribute(memory, program, 0, type);
            attribute.bytes().putLong(LinkCreateDescriptor.TRACING_COOKIE, cookie);
            return kernel.bpfFd(Command.LINK_CREATE, attribute, () -> "attaching a tracing program");
        }
    }

    /**
     * Attaches to a tracepoint, by its name alone, without tracefs (BPF_RAW_TRACEPOINT_OPEN).
     *
     * @param cookie
     *            what bpf_get_attach_cookie() gives; other than 0 needs Linux 6.10
     */
    public Fd attachToRawTracepoint(Fd program, String name, long cookie) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(RawTracepointDescriptor.LENGTH);
            attribute.bytes().putLong(RawTracepointDescriptor.NAME, memory.string(name).address())
                    .putInt(RawTracepointDescriptor.PROG_FD, program.number())
                    .putLong(RawTracepointDescriptor.COOKIE, cookie);
            return kernel.bpfFd(Command.RAW_TRACEPOINT_OPEN, attribute,
                    () -> "attaching to raw tracepoint \"" + name + "\"");
        }
    }

    /** Cuts a link before its descriptor is closed (BPF_LINK_DETACH); not every kind of link can. */
    public void detach(Fd link) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(Integer.BYTES);
            attribute.bytes().putInt(0, link.number());
            kernel.requireBpf(Command.LINK_DETACH, attribute, () -> "detaching the link of " + link);
        }
    }

    private static NativeMemory.Block attribute(NativeMemory memory, Fd program, int target,
            AttachType type) {
        var attribute = memory.allocate(LinkCreateDescriptor.LENGTH);
        attribute.bytes().putInt(LinkCreateDescriptor.PROG_FD, program.number())
                .putInt(LinkCreateDescriptor.TARGET_FD, target)
                .putInt(LinkCreateDescriptor.ATTACH_TYPE, type.number());
        return attribute;
    }
}
