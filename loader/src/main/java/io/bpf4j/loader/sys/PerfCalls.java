package io.bpf4j.loader.sys;

/** Opens the perf events that programs are attached to, or that carry their output. Stateless. */
public final class PerfCalls {
    private static final int TYPE_SOFTWARE = 1;
    private static final int TYPE_TRACEPOINT = 2;
    private static final int COUNT_CPU_CLOCK = 0;
    private static final int COUNT_BPF_OUTPUT = 10;
    private static final long SAMPLE_RAW = 1 << 10;
    private static final long FREQUENCY_FLAG = 1 << 10;
    /** {@code _IO('$', 0)}. */
    private static final long ENABLE = 0x2400;
    /** {@code _IOW('$', 8, __u32)}. */
    private static final long SET_BPF = 0x40042408;
    private static final int EVERY = -1;

    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public PerfCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * A probe on an instruction of a file.
     *
     * @param pmuType
     *            the number in /sys/bus/event_source/devices/uprobe/type
     * @param path
     *            the file
     * @param offset
     *            where in the file the instruction is
     * @param onReturn
     *            fire when the function that begins there returns
     * @param counterOffset
     *            where in the file a USDT semaphore is; 0 for none
     * @param pid
     *            the process, or -1 for all
     */
    public record Uprobe(int pmuType, String path, long offset, boolean onReturn, int counterOffset,
            int pid) {}

    /** Opens a uprobe. The path is resolved in this process's mount namespace. */
    public Fd openUprobe(Uprobe uprobe) {
        try (var memory = new NativeMemory()) {
            // kernel/events/core.c: config bit 0 is "retprobe", bits 32 to 63 are "ref_ctr_offset"
            long config = (uprobe.onReturn() ? 1 : 0) | Integer.toUnsignedLong(uprobe.counterOffset()) << 32;
            var attribute = attribute(memory, uprobe.pmuType(), config);
            attribute.bytes().putLong(PerfEventDescriptor.CONFIG1, memory.string(uprobe.path()).address())
                    .putLong(PerfEventDescriptor.CONFIG2, uprobe.offset());
            int cpu = uprobe.pid() == EVERY ? 0 : EVERY; // one of the two must be given; a uprobe fires on all CPUs
            return kernel.openPerfEvent(attribute, uprobe.pid(), cpu,
                    () -> "opening a uprobe at " + uprobe.path() + "+0x" + Long.toHexString(uprobe.offset()));
        }
    }

    /** Opens a tracepoint by its id in tracefs, for {@code pid}, or for all processes with -1. */
    public Fd openTracepoint(int id, int pid) {
        try (var memory = new NativeMemory()) {
            var attribute = attribute(memory, TYPE_TRACEPOINT, id);
            attribute.bytes().putLong(PerfEventDescriptor.SAMPLE_PERIOD, 1);
            return kernel.openPerfEvent(attribute, pid, pid == EVERY ? 0 : EVERY,
                    () -> "opening tracepoint " + id);
        }
    }

    /** Opens a timer that fires {@code hertz} times a second of CPU time on {@code cpu}. */
    public Fd openSampler(long hertz, int cpu) {
        try (var memory = new NativeMemory()) {
            var attribute = attribute(memory, TYPE_SOFTWARE, COUNT_CPU_CLOCK);
            attribute.bytes().putLong(PerfEventDescriptor.SAMPLE_PERIOD, hertz).putLong(
                    PerfEventDescriptor.DISABLED,
                    FREQUENCY_FLAG);
            return kernel.openPerfEvent(attribute, EVERY, cpu, () -> "opening a sampler on CPU " + cpu);
        }
    }

    /** Opens a timer that fires every so many {@code nanoseconds} on {@code cpu}, idle or not; at least 10,000. */
    public Fd openTimer(long nanoseconds, int cpu) {
        try (var memory = new NativeMemory()) {
            var attribute = attribute(memory, TYPE_SOFTWARE, COUNT_CPU_CLOCK);
            attribute.bytes().putLong(PerfEventDescriptor.SAMPLE_PERIOD, nanoseconds);
            return kernel.openPerfEvent(attribute, EVERY, cpu, () -> "opening a timer on CPU " + cpu);
        }
    }

    /**
     * Opens what bpf_perf_event_output() on {@code cpu} writes to.
     *
     * @param wakeupEvents
     *            how many records wake a poller
     */
    public Fd openOutput(int cpu, int wakeupEvents) {
        try (var memory = new NativeMemory()) {
            var attribute = attribute(memory, TYPE_SOFTWARE, COUNT_BPF_OUTPUT);
            attribute.bytes().putLong(PerfEventDescriptor.SAMPLE_PERIOD, 1)
                    .putLong(PerfEventDescriptor.SAMPLE_TYPE, SAMPLE_RAW)
                    .putInt(PerfEventDescriptor.WAKEUP_EVENTS, wakeupEvents);
            return kernel.openPerfEvent(attribute, EVERY, cpu, () -> "opening a perf buffer on CPU " + cpu);
        }
    }

    /** Runs {@code program} whenever {@code event} fires, until the event is closed; for kernels without perf links. */
    public void attach(Fd event, Fd program) {
        kernel.ioctl(event, SET_BPF, program.number(), () -> "attaching a program to a perf event");
        enable(event);
    }

    /** Starts an event. */
    public void enable(Fd event) {
        kernel.ioctl(event, ENABLE, 0, () -> "enabling a perf event");
    }

    private static NativeMemory.Block attribute(NativeMemory memory, int type, long config) {
        var attribute = memory.allocate(PerfEventDescriptor.LENGTH);
        attribute.bytes().putInt(PerfEventDescriptor.TYPE, type)
                .putInt(PerfEventDescriptor.SIZE, PerfEventDescriptor.LENGTH)
                .putLong(PerfEventDescriptor.CONFIG, config);
        return attribute;
    }
}
