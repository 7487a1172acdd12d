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
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.loader.sys.UprobeMulti;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.program.MapKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * One small attempt for each {@link Feature}. Nothing stays behind, and nothing is attached but to a test function of
 * the kernel: where attaching itself is in question, an attempt that must fail shows by its error how far it came.
 */
final class Probes {
    /** Where the kernel shows its types. */
    static final Path KERNEL_TYPES = Path.of("/sys/kernel/btf/vmlinux");

    private static final Path PERF_DEVICES = Path.of("/sys/bus/event_source/devices");
    private static final List<Path> TRACEFS = List.of(Path.of("/sys/kernel/tracing/events"),
            Path.of("/sys/kernel/debug/tracing/events"));
    /** net/bpf/test_run.c: a function that exists to be traced. */
    private static final String TRACEABLE = "bpf_fentry_test1";

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
        load(ProgramType.KPROBE, TrialPrograms.NOTHING);
    }

    void uprobes() {
        requirePerfDevice("uprobe", "CONFIG_UPROBE_EVENTS");
        load(ProgramType.KPROBE, TrialPrograms.NOTHING);
    }

    void kprobes() {
        requirePerfDevice("kprobe", "CONFIG_KPROBE_EVENTS");
        load(ProgramType.KPROBE, TrialPrograms.NOTHING);
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
        var parameters = parameters(ProgramType.KPROBE, TrialPrograms.NOTHING).withAttach(type, 0);
        try (var program = programs.load(parameters)) {
            expect(Errno.EBADF, () -> links.attachToUprobes(program,
                    new UprobeMulti("/", List.of(0L), List.of(), List.of(), false, 0, session)));
        }
    }

    void sleepableUprobes() {
        programs.load(parameters(ProgramType.KPROBE, TrialPrograms.COPY_FROM_USER)
                .withFlags(ProgramParameters.SLEEPABLE)).close();
    }

    /** kernel/bpf/syscall.c, bpf_perf_link_attach: EBADF for a descriptor that is no perf event. */
    void perfLink() {
        try (var program = programs.load(parameters(ProgramType.TRACEPOINT, TrialPrograms.NOTHING))) {
            expect(Errno.EBADF, () -> links.attachToPerfEvent(program, program, 0));
        }
    }

    void cookie() {
        load(ProgramType.KPROBE, TrialPrograms.ask(Helper.GET_ATTACH_COOKIE));
    }

    void functionAddress() {
        load(ProgramType.KPROBE, TrialPrograms.ask(Helper.GET_FUNC_IP));
    }

    void rawTracepoint() {
        try (var program = programs.load(parameters(ProgramType.RAW_TRACEPOINT, TrialPrograms.NOTHING))) {
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
        int id = kernelFunction(TRACEABLE)
                .orElseThrow(() -> new MissingException("kernel has no type of " + TRACEABLE));
        var parameters = parameters(ProgramType.TRACING, TrialPrograms.NOTHING).withAttach(
                AttachType.TRACE_FENTRY,
                id);
        try (var program = programs.load(parameters)) {
            links.attachTracing(program, AttachType.TRACE_FENTRY, 0).close();
        }
    }

    /** The BTF id of a function or of a tracepoint's type. */
    static OptionalInt kernelTarget(String name) {
        return kernelType(name.startsWith("btf_trace_") ? BtfKind.TYPEDEF : BtfKind.FUNCTION, name);
    }

    /** The BTF id of a function of the running kernel; empty if it is not there or the types cannot be read. */
    static OptionalInt kernelFunction(String name) {
        return kernelType(BtfKind.FUNCTION, name);
    }

    private static OptionalInt kernelType(BtfKind kind, String name) {
        try {
            return Btf.find(Files.readAllBytes(KERNEL_TYPES), kind, name);
        } catch (IOException | BtfException e) {
            return OptionalInt.empty();
        }
    }

    void kernelTypes() {
        if (!Files.isReadable(KERNEL_TYPES)) {
            throw new MissingException("kernel was built without CONFIG_DEBUG_INFO_BTF");
        }
    }

    void types() {
        loadTyped(TrialPrograms.NOTHING, new TrialTypes(0));
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
            load(ProgramType.KPROBE, TrialPrograms.writeValue(map.number()));
        }
    }

    void atomics() {
        load(ProgramType.KPROBE, TrialPrograms.ATOMICS);
    }

    void loopHelper() {
        loadTyped(TrialPrograms.LOOP, new TrialTypes(0, TrialPrograms.STEP));
    }

    void isaVersion4() {
        load(ProgramType.KPROBE, TrialPrograms.ISA_VERSION_4);
    }

    void testRun() {
        try (var program = programs.load(parameters(ProgramType.RAW_TRACEPOINT, TrialPrograms.NOTHING))) {
            programs.testRun(program, new byte[Long.BYTES]);
        }
    }

    private void load(ProgramType type, List<Insn> code) {
        programs.load(parameters(type, code)).close();
    }

    private void loadTyped(List<Insn> code, TrialTypes types) {
        try (var btf = new BtfCalls(kernel).load(types.bytes())) {
            programs.load(parameters(ProgramType.KPROBE, code).withDebug(types.debug(btf.number()))).close();
        }
    }

    private static ProgramParameters parameters(ProgramType type, List<Insn> code) {
        return ProgramParameters.of(type, "probe", InsnCodec.encode(code));
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
