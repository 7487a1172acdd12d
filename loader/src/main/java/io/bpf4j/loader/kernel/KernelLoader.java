package io.bpf4j.loader.kernel;

import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.event.EventPoller;
import io.bpf4j.loader.event.EventSource;
import io.bpf4j.loader.event.PerfBufferReader;
import io.bpf4j.loader.event.RingBufferReader;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.BtfCalls;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.btf.UnitBtf;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Loads units into the running kernel. */
public final class KernelLoader {
    private static final int PERF_BUFFER_BYTES = 256 * 1024;

    private final Kernel kernel;
    private final KernelFeatures features;
    private OptionalInt isReturn;

    /** Loads through a door to the OS, as far as its features go. */
    public KernelLoader(Kernel kernel, KernelFeatures features) {
        this.kernel = kernel;
        this.features = features;
    }

    /**
     * Makes the unit's maps, loads its programs and attaches them; what cannot be attached is said in
     * {@link Session#attachments}.
     *
     * @throws LoadException if a map or program is refused; nothing is left behind then
     */
    public Session open(ProgramUnit unit, SessionOptions options) {
        Deque<AutoCloseable> made = new ArrayDeque<>();
        try {
            KernelSession session = prepare(unit, options, made);
            made.push(session);
            session.start(options);
            return session;
        } catch (RuntimeException | Error e) {
            closeAll(made, e);
            throw e;
        }
    }

    /**
     * Asks the kernel's verifier about every program of a unit; none is attached, and nothing is left behind.
     *
     * @return by the program's name why it is refused; empty for those that are accepted
     * @throws LoadException if a map or the types are refused
     */
    public Map<String, Optional<LoadException>> verify(ProgramUnit unit, SessionOptions options) {
        Deque<AutoCloseable> made = new ArrayDeque<>();
        Map<String, Optional<LoadException>> answers = new LinkedHashMap<>();
        try {
            List<LoadPlan> plans = LoadPlan.of(unit.programs(), features, options.traits(),
                    OptionalInt::empty);
            UnitBtf types = UnitBtf.of(unit);
            Optional<Fd> btf = loadBtf(types, made);
            Map<String, KernelMap> maps = createMaps(unit, btf, types, made);
            ProgramLoader loader = new ProgramLoader(kernel, features);
            for (LoadPlan plan : plans) {
                try {
                    loader.load(plan, unit, name -> maps.get(name).fd(), btf, types).close();
                    answers.put(plan.program().name(), Optional.empty());
                } catch (LoadException e) {
                    answers.put(plan.program().name(), Optional.of(e));
                }
            }
        } catch (RuntimeException | Error e) {
            closeAll(made, e);
            throw e;
        }
        IllegalStateException problems = new IllegalStateException(
                "cannot free what was made to ask the kernel");
        closeAll(made, problems);
        if (problems.getSuppressed().length > 0) {
            throw problems;
        }
        return answers;
    }

    private Map<String, KernelMap> createMaps(ProgramUnit unit, Optional<Fd> btf, UnitBtf types,
            Deque<AutoCloseable> made) {
        Map<String, KernelMap> maps = new LinkedHashMap<>();
        MapFactory factory = new MapFactory(kernel);
        for (MapSpec spec : unit.maps()) {
            maps.put(spec.name(), push(made, factory.create(spec, btf, types)));
        }
        return maps;
    }

    private KernelSession prepare(ProgramUnit unit, SessionOptions options, Deque<AutoCloseable> made) {
        List<LoadPlan> plans = LoadPlan.of(unit.programs(), features, options.traits(), this::isReturn);
        UnitBtf types = UnitBtf.of(unit.withPrograms(plans.stream().map(LoadPlan::program).toList()));
        Optional<Fd> btf = loadBtf(types, made);
        Map<String, KernelMap> maps = createMaps(unit, btf, types, made);
        Attacher attacher = push(made, new Attacher(kernel, features));
        List<KernelSession.LoadedProgram> programs = new ArrayList<>();
        ProgramLoader loader = new ProgramLoader(kernel, features);
        for (LoadPlan plan : plans) {
            Fd fd = push(made,
                    loader.load(plan, unit, name -> maps.get(name).fd(), btf, types));
            programs.add(new KernelSession.LoadedProgram(plan, fd));
        }
        btf.ifPresent(Fd::close);
        fillSlots(unit, maps, programs);
        Map<String, EventSource> sources = new LinkedHashMap<>();
        for (MapSpec spec : KernelSession.buffers(unit)) {
            sources.put(spec.name(), push(made, reader(maps.get(spec.name()))));
        }
        EventPoller poller = push(made, new EventPoller(kernel));
        return new KernelSession(unit, options,
                new KernelSession.Parts(maps, programs, sources, poller, attacher));
    }

    /** Puts maps into maps, and programs into maps for tail calls, as the unit has them from the start. */
    private static void fillSlots(ProgramUnit unit, Map<String, KernelMap> maps,
            List<KernelSession.LoadedProgram> programs) {
        for (MapSpec spec : unit.maps()) {
            switch (spec.role()) {
                case MapRole.Outer outer -> outer.first()
                        .forEach(slot -> maps.get(spec.name()).put(slot.index(), maps.get(slot.name()).fd()));
                case MapRole.Programs all -> all.first().forEach(slot -> programs.stream()
                        .filter(loaded -> loaded.plan().program().name().equals(slot.name()))
                        .forEach(loaded -> maps.get(spec.name()).put(slot.index(), loaded.fd())));
                default -> {
                    continue;
                }
            }
        }
    }

    /** The kernel function by which a session program tells entry from return. */
    private OptionalInt isReturn() {
        if (isReturn == null) {
            isReturn = features.has(Feature.UPROBE_SESSION)
                    ? features.kernelFunction("bpf_session_is_return")
                    : OptionalInt.empty();
        }
        return isReturn;
    }

    private Optional<Fd> loadBtf(UnitBtf types, Deque<AutoCloseable> made) {
        if (!features.has(Feature.TYPES)) {
            return Optional.empty();
        }
        return Optional.of(push(made, new BtfCalls(kernel).load(types.bytes())));
    }

    private EventSource reader(KernelMap map) {
        return map.spec().kind() == MapKind.RINGBUF
                ? new RingBufferReader(kernel, map.fd(), map.spec().maxEntries())
                : new PerfBufferReader(kernel, map.fd(), PERF_BUFFER_BYTES, 1);
    }

    private static <T extends AutoCloseable> T push(Deque<AutoCloseable> made, T resource) {
        made.push(resource);
        return resource;
    }

    private static void closeAll(Deque<AutoCloseable> made, Throwable cause) {
        for (AutoCloseable resource : made) {
            try {
                resource.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }
}
