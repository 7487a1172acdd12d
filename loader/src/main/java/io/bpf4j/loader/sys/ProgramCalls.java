package io.bpf4j.loader.sys;

/** The program commands of {@code bpf()}. Stateless. */
public final class ProgramCalls {
    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public ProgramCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * A program in the kernel.
     *
     * @param fd
     *            its descriptor, owned by the receiver
     * @param log
     *            what the verifier wrote; empty if not asked for
     */
    public record Loaded(Fd fd, String log) {}

    /**
     * What a test run gave.
     *
     * @param returned
     *            the program's 32-bit return value
     * @param nanoseconds
     *            the mean time of one run, where the kernel measures it; else 0
     */
    public record TestRun(int returned, int nanoseconds) {}

    /**
     * Verifies and loads (BPF_PROG_LOAD). A rejected program is offered a second time to get the log.
     *
     * @throws RejectedException
     *             with the verifier's log
     */
    public Fd load(ProgramParameters parameters) {
        return load(parameters, 0).fd();
    }

    /**
     * Like {@link #load(ProgramParameters)}, with a log of a good load too.
     *
     * @param logLevel
     *            0 no log unless rejected, 1 the log, 2 the log with every state, 4 statistics only
     */
    public Loaded load(ProgramParameters parameters, int logLevel) {
        return load(parameters, logLevel, Math.max(logLevel, 1));
    }

    /**
     * Like {@link #load(ProgramParameters)}, but the log of a rejection has the reason and statistics only, not every
     * instruction that was walked: what is walked a million times is rejected many times faster.
     *
     * @throws RejectedException
     *             with that log
     */
    public Fd loadBriefly(ProgramParameters parameters) {
        int statistics = 4; // BPF_LOG_STATS
        return load(parameters, 0, statistics).fd();
    }

    private Loaded load(ProgramParameters parameters, int logLevel, int refusalLevel) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(ProgramLoadDescriptor.LENGTH);
            var instructions = parameters.instructions();
            attribute.bytes().putInt(ProgramLoadDescriptor.PROG_TYPE, parameters.type())
                    .putInt(ProgramLoadDescriptor.INSN_CNT,
                            instructions.length / ProgramParameters.INSTRUCTION_SIZE)
                    .putLong(ProgramLoadDescriptor.INSNS, memory.bytes(instructions).address())
                    .putLong(ProgramLoadDescriptor.LICENSE, memory.string(parameters.license()).address())
                    .putInt(ProgramLoadDescriptor.PROG_FLAGS, parameters.flags())
                    .putInt(ProgramLoadDescriptor.EXPECTED_ATTACH_TYPE, parameters.attachType())
                    .putInt(ProgramLoadDescriptor.ATTACH_BTF_ID, parameters.attachTypeId());
            ObjectName.write(attribute, ProgramLoadDescriptor.PROG_NAME, parameters.name());
            describe(attribute, memory, parameters.debug());
            if (!parameters.descriptors().isEmpty()) {
                var array = memory.allocate(parameters.descriptors().size() * Integer.BYTES);
                for (int i = 0; i < parameters.descriptors().size(); i++) {
                    array.bytes().putInt(i * Integer.BYTES, parameters.descriptors().get(i));
                }
                attribute.bytes().putLong(ProgramLoadDescriptor.FD_ARRAY, array.address());
            }
            var fields = new LogBuffer.Fields(ProgramLoadDescriptor.LOG_LEVEL, ProgramLoadDescriptor.LOG_SIZE,
                    ProgramLoadDescriptor.LOG_BUF, ProgramLoadDescriptor.LOG_TRUE_SIZE);
            var loaded = new LogBuffer(kernel, Command.PROG_LOAD, attribute, fields).load(logLevel,
                    refusalLevel,
                    () -> "loading program \"" + parameters.name() + "\"");
            return new Loaded(loaded.fd(), loaded.log());
        }
    }

    private static void describe(NativeMemory.Block attribute, NativeMemory memory,
            ProgramParameters.Debug debug) {
        if (debug.btfFd() == 0) {
            return;
        }
        attribute.bytes().putInt(ProgramLoadDescriptor.PROG_BTF_FD, debug.btfFd())
                .putInt(ProgramLoadDescriptor.FUNC_INFO_REC_SIZE, ProgramParameters.Debug.FUNCTION_RECORD)
                .putLong(ProgramLoadDescriptor.FUNC_INFO, memory.bytes(debug.functions()).address())
                .putInt(ProgramLoadDescriptor.FUNC_INFO_CNT,
                        debug.functions().length / ProgramParameters.Debug.FUNCTION_RECORD)
                .putInt(ProgramLoadDescriptor.LINE_INFO_REC_SIZE, ProgramParameters.Debug.LINE_RECORD)
                .putLong(ProgramLoadDescriptor.LINE_INFO, memory.bytes(debug.lines()).address())
                .putInt(ProgramLoadDescriptor.LINE_INFO_CNT,
                        debug.lines().length / ProgramParameters.Debug.LINE_RECORD);
    }

    /**
     * Runs a program once with {@code context} as what r1 points to (BPF_PROG_TEST_RUN). For raw tracepoints, the
     * context is an array of at most 12 64-bit arguments; for syscall programs any bytes.
     */
    public TestRun testRun(Fd program, byte[] context) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(TestRunDescriptor.LENGTH);
            attribute.bytes().putInt(TestRunDescriptor.PROG_FD, program.number())
                    .putInt(TestRunDescriptor.CTX_SIZE_IN, context.length)
                    .putLong(TestRunDescriptor.CTX_IN, memory.bytes(context).address());
            kernel.requireBpf(Command.PROG_TEST_RUN, attribute, () -> "running the program of " + program);
            return result(attribute);
        }
    }

    /** Runs a raw tracepoint program once on a chosen CPU, with at most 12 64-bit arguments as its context. */
    public TestRun testRunOn(Fd program, byte[] context, int cpu) {
        int onCpu = 1; // BPF_F_TEST_RUN_ON_CPU
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(TestRunDescriptor.LENGTH);
            attribute.bytes().putInt(TestRunDescriptor.PROG_FD, program.number())
                    .putInt(TestRunDescriptor.CTX_SIZE_IN, context.length)
                    .putLong(TestRunDescriptor.CTX_IN, memory.bytes(context).address())
                    .putInt(TestRunDescriptor.FLAGS, onCpu).putInt(TestRunDescriptor.CPU, cpu);
            kernel.requireBpf(Command.PROG_TEST_RUN, attribute,
                    () -> "running the program of " + program + " on CPU " + cpu);
            return result(attribute);
        }
    }

    /**
     * Runs a socket filter {@code repeat} times over a packet.
     *
     * @param packet
     *            at least 14 bytes, an Ethernet header
     */
    public TestRun testRunPacket(Fd program, byte[] packet, int repeat) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(TestRunDescriptor.LENGTH);
            attribute.bytes().putInt(TestRunDescriptor.PROG_FD, program.number())
                    .putInt(TestRunDescriptor.DATA_SIZE_IN, packet.length)
                    .putLong(TestRunDescriptor.DATA_IN, memory.bytes(packet).address())
                    .putInt(TestRunDescriptor.REPEAT, repeat);
            kernel.requireBpf(Command.PROG_TEST_RUN, attribute, () -> "running the program of " + program);
            return result(attribute);
        }
    }

    private static TestRun result(NativeMemory.Block attribute) {
        return new TestRun(attribute.bytes().getInt(TestRunDescriptor.RETVAL),
                attribute.bytes().getInt(TestRunDescriptor.DURATION));
    }
}
