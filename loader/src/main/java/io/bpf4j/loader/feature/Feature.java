package io.bpf4j.loader.feature;

/** What a kernel may be able to do. Each row knows what it is for, which Linux brought it, and how to find out. */
public enum Feature {
    BPF_CALL("bpf() system call", "all of kernel mode", "3.18", Probes::bpfCall), //
    UPROBES("uprobes", "probes on user functions", "4.17", Probes::uprobes), //
    UPROBE_MULTI("uprobe_multi links", "many probes on a file at once", "6.6", Probes::uprobeMulti), //
    UPROBE_SESSION("uprobe sessions", "one program for entry and return", "6.13", Probes::uprobeSession), //
    SLEEPABLE_UPROBES("sleepable uprobes", "reading user memory that is paged out", "6.0",
            Probes::sleepableUprobes), //
    PERF_LINK("perf links", "probes that end with their process, with cookies", "5.15", Probes::perfLink), //
    COOKIE("attach cookies", "one program for many places", "5.15", Probes::cookie), //
    FUNCTION_ADDRESS("bpf_get_func_ip()", "the address of the probed function", "5.15",
            Probes::functionAddress), //
    RAW_TRACEPOINT("raw tracepoints", "tracepoints without tracefs", "4.17", Probes::rawTracepoint), //
    TRACEFS("tracefs", "tracepoints by category and name, with their fields", "4.1", Probes::tracefs), //
    KPROBES("kprobes", "probes on kernel functions", "4.17", Probes::kprobes), //
    FENTRY("fentry and fexit", "fast probes on kernel functions", "5.5", Probes::fentry), //
    KERNEL_TYPES("BTF of the kernel", "kernel types in probes", "5.4", Probes::kernelTypes), //
    TYPES("BTF of programs", "our names and source lines in bpftool", "5.0", Probes::types), //
    RING_BUFFER("ring buffer maps", "events in order, shared by all CPUs", "5.8", Probes::ringBuffer), //
    BATCHES("batched map operations", "reading large maps quickly", "5.6", Probes::batches), //
    LRU_HASH("LRU hash maps", "tables that forget the oldest entries", "4.10", Probes::lruHash), //
    PER_CPU_MAPS("per-CPU maps", "counting without contention", "4.6", Probes::perCpuMaps), //
    GLOBAL_DATA("global data", "global variables", "5.2", Probes::globalData), //
    ATOMICS("atomic operations", "fetch-and-add, exchange, compare-and-exchange", "5.12", Probes::atomics), //
    LOOP_HELPER("bpf_loop()", "long loops that verify quickly", "5.17", Probes::loopHelper), //
    ISA_V4("instructions of version 4", "signed division, sign extension, long jumps", "6.6",
            Probes::isaVersion4), //
    TEST_RUN("test runs of raw tracepoint programs", "trying programs out", "5.10", Probes::testRun);

    private final String title;
    private final String purpose;
    private final String since;
    private final Probe probe;

    /** Does what needs the feature, and fails if it is missing. */
    @FunctionalInterface
    interface Probe {
        /**
         * @throws io.bpf4j.loader.sys.SystemCallException
         *             what the kernel answered
         * @throws MissingException
         *             why it cannot be there, where no call needs to fail to know
         */
        void run(Probes probes);
    }

    Feature(String title, String purpose, String since, Probe probe) {
        this.title = title;
        this.purpose = purpose;
        this.since = since;
        this.probe = probe;
    }

    /** What people call it. */
    public String title() {
        return title;
    }

    /** What it is good for, in a few words. */
    public String purpose() {
        return purpose;
    }

    /** The Linux version that brought it. */
    public String since() {
        return since;
    }

    Probe probe() {
        return probe;
    }
}
