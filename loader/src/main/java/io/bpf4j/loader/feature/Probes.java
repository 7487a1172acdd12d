package io.bpf4j.loader.feature;

import io.bpf4j.loader.sys.AttachType;
import io.bpf4j.loader.sys.BtfCalls;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.FileCalls;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinkCalls;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.MapParameters;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.loader.sys.UprobeMulti;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One small attempt for each {@link Feature}. Nothing stays behind, and nothing is attached but to a test function of
 * the kernel: where attaching itself is in question, an attempt that must fail shows by its error how far it came.
 */
final class Probes {
    private static final Path PERF_DEVICES = Path.of("/sys/bus/event_source/devices");
    private static final List<Path> TRACEFS = List.of(Path.of("/sys/kernel/tracing/events"),
            Path.of("/sys/kernel/debug/tracing/events"));
    /** net/bpf/test_run.c: a function that exists to be traced. */
    private static final String TRACEABLE = "bpf_fentry_test1";

    private static final int COPY_FROM_USER = 148;
    private static final int GET_FUNC_IP = 173;
    private static final int GET_ATTACH_COOKIE = 174;
    private static final int LOOP = 181;

    private static final int PSEUDO_MAP_VALUE = 2;
    private static final int PSEUDO_FUNC = 4;

    private final Kernel kernel;
    private final MapCalls maps;
    private final ProgramCalls programs;
    private final LinkCalls links;

    Probes(Kernel kernel) {
        this.kernel = kernel;
        this.maps = new MapCalls(kernel);
        this.programs = new ProgramCalls(kernel);
        this.links = new LinkCalls(kernel);
    }

    void bpfCall() {
        maps.create(MapParameters.of(MapKind.ARRAY, 4, 8, 1, "probe")).close();
        load(ProgramType.KPROBE, Instructions.nothing());
    }

    void uprobes() {
        requirePerfDevice("uprobe", "CONFIG_UPROBE_EVENTS");
        load(ProgramType.KPROBE, Instructions.nothing());
    }

    void kprobes() {
        requirePerfDevice("kprobe", "CONFIG_KPROBE_EVENTS");
        load(ProgramType.KPROBE, Instructions.nothing());
    }

    private static void requirePerfDevice(String name, String option) {
        if (!Files.exists(PERF_DEVICES.resolve(name).resolve("type"))) {
            throw new MissingException("kernel was built without " + option);
        }
    }

    void uprobeMulti() {
        attachToDirectory(AttachType.TRACE_UPROBE_MULTI, false);
    }

    void uprobeSession() {
        attachToDirectory(AttachType.TRACE_UPROBE_SESSION, true);
    }

    /** kernel/trace/bpf_trace.c, bpf_uprobe_multi_link_attach: EBADF for what is no regular file comes late enough. */
    private void attachToDirectory(AttachType type, boolean session) {
        var parameters = parameters(ProgramType.KPROBE, Instructions.nothing()).withAttach(type, 0);
        try (var program = programs.load(parameters)) {
            expect(Errno.EBADF, () -> links.attachToUprobes(program,
                    new UprobeMulti("/", List.of(0L), List.of(), List.of(), false, 0, session)));
        }
    }

    /** Copies 8 bytes from address 0, were it ever run. */
    void sleepableUprobes() {
        var code = new Instructions().copy(1, 10).plus(1, -8).mov(2, 8).mov(3, 0).call(COPY_FROM_USER)
                .mov(0, 0).exit();
        programs.load(parameters(ProgramType.KPROBE, code).withFlags(ProgramParameters.SLEEPABLE)).close();
    }

    /** kernel/bpf/syscall.c, bpf_perf_link_attach: EBADF for a descriptor that is no perf event. */
    void perfLink() {
        try (var program = programs.load(parameters(ProgramType.TRACEPOINT, Instructions.nothing()))) {
            expect(Errno.EBADF, () -> links.attachToPerfEvent(program, program, 0));
        }
    }

    void cookie() {
        load(ProgramType.KPROBE, new Instructions().call(GET_ATTACH_COOKIE).exit());
    }

    void functionAddress() {
        load(ProgramType.KPROBE, new Instructions().call(GET_FUNC_IP).exit());
    }

    void rawTracepoint() {
        try (var program = programs.load(parameters(ProgramType.RAW_TRACEPOINT, Instructions.nothing()))) {
            expect(Errno.ENOENT, () -> links.attachToRawTracepoint(program, "no_such_tracepoint", 0));
        }
    }

    void tracefs() {
        if (TRACEFS.stream().noneMatch(Files::isReadable)) {
            new FileCalls(kernel).privateFileSystem("tracefs").close();
        }
    }

    void fentry() {
        kernelTypes();
        int id;
        try {
            id = KernelTypes.functionId(TRACEABLE)
                    .orElseThrow(() -> new MissingException("kernel has no type of " + TRACEABLE));
        } catch (IOException e) {
            throw new MissingException("cannot read " + KernelTypes.FILE + ": " + e.getMessage());
        }
        var parameters = parameters(ProgramType.TRACING, Instructions.nothing()).withAttach(
                AttachType.TRACE_FENTRY,
                id);
        try (var program = programs.load(parameters)) {
            links.attachTracing(program, AttachType.TRACE_FENTRY, 0).close();
        }
    }

    void kernelTypes() {
        if (!Files.isReadable(KernelTypes.FILE)) {
            throw new MissingException("kernel was built without CONFIG_DEBUG_INFO_BTF");
        }
    }

    void types() {
        try (var btf = new BtfCalls(kernel).load(SmallestTypes.bytes())) {
            programs.load(parameters(ProgramType.KPROBE, Instructions.nothing())
                    .withDebug(SmallestTypes.describe(btf.number(), 0))).close();
        }
    }

    void ringBuffer() {
        maps.create(MapParameters.ringBuffer(4096, "probe")).close();
    }

    void batches() {
        try (var map = maps.create(MapParameters.of(MapKind.HASH, 4, 8, 1, "probe"))) {
            maps.forEach(map, new MapCalls.Shape(4, 8), 1, (keys, keyOffset, values, valueOffset) -> {});
        }
    }

    void lruHash() {
        maps.create(MapParameters.of(MapKind.LRU_HASH, 4, 8, 1, "probe")).close();
    }

    void perCpuMaps() {
        maps.create(MapParameters.of(MapKind.PERCPU_ARRAY, 4, 8, 1, "probe")).close();
        maps.create(MapParameters.of(MapKind.PERCPU_HASH, 4, 8, 1, "probe")).close();
    }

    void globalData() {
        try (var map = maps.create(MapParameters.of(MapKind.ARRAY, 4, 16, 1, "probe"))) {
            load(ProgramType.KPROBE, new Instructions().load(1, PSEUDO_MAP_VALUE, map.number(), 8).mov(2, 1)
                    .storeLong(1, 0, 2).mov(0, 0).exit());
        }
    }

    void atomics() {
        int atomic = 0xdb;
        int fetchAdd = 0x01;
        int exchange = 0xe1;
        int compareAndExchange = 0xf1;
        load(ProgramType.KPROBE,
                new Instructions().mov(0, 0).mov(1, 1).storeLong(10, -8, 1).add(atomic, 10, 1, -8, fetchAdd)
                        .add(atomic, 10, 1, -8, exchange).add(atomic, 10, 1, -8, compareAndExchange).mov(0, 0)
                        .exit());
    }

    /** {@code bpf_loop(1, step, NULL, 0); return 0;} and {@code step} returns 0, at instruction 8. */
    void loopHelper() {
        int step = 8;
        int loadAt = 1;
        var code = new Instructions().mov(1, 1).load(2, PSEUDO_FUNC, step - loadAt - 1, 0).mov(3, 0).mov(4, 0)
                .call(LOOP).returnZero().mov(0, 0).exit();
        try (var btf = new BtfCalls(kernel).load(SmallestTypes.bytes())) {
            programs.load(parameters(ProgramType.KPROBE, code)
                    .withDebug(SmallestTypes.describe(btf.number(), step))).close();
        }
    }

    void isaVersion4() {
        int moveSigned8 = 8;
        int divide = 0x37;
        int signed = 1;
        int swap = 0xd7;
        int jumpLong = 0x06;
        load(ProgramType.KPROBE, new Instructions().mov(1, 7).add(0xbf, 0, 1, moveSigned8, 0)
                .add(divide, 0, 0, signed, 2).add(swap, 0, 0, 0, 16).add(jumpLong, 0, 0, 0, 0).exit());
    }

    void testRun() {
        try (var program = programs.load(parameters(ProgramType.RAW_TRACEPOINT, Instructions.nothing()))) {
            programs.testRun(program, new byte[Long.BYTES]);
        }
    }

    private void load(ProgramType type, byte[] code) {
        programs.load(parameters(type, code)).close();
    }

    private static ProgramParameters parameters(ProgramType type, byte[] code) {
        return ProgramParameters.of(type, "probe", code);
    }

    @FunctionalInterface
    private interface Attempt {
        Fd make();
    }

    /** Goes on quietly if the attempt fails as expected; any other failure is passed on. */
    private static void expect(Errno expected, Attempt attempt) {
        try {
            attempt.make().close();
        } catch (SystemCallException e) {
            if (e.errno() != expected) {
                throw e;
            }
        }
    }
}
