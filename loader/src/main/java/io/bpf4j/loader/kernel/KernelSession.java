package io.bpf4j.loader.kernel;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.EventHandler;
import io.bpf4j.loader.Loss;
import io.bpf4j.loader.Losses;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionMap;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.event.EventPoller;
import io.bpf4j.loader.event.EventSource;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A unit in the kernel; owns every descriptor that was made for it. */
final class KernelSession implements Session {
    private final ProgramUnit unit;
    private final Map<String, KernelMap> maps;
    private final List<LoadedProgram> programs;
    private final Map<String, EventSource> sources;
    private final EventPoller poller;
    private final Attacher attacher;
    private final List<ProcessWatch> watches;
    private final List<Attachment> attachments = new ArrayList<>();
    private EventHandler handler;
    private boolean detached;
    private boolean closed;

    /** A program in the kernel. */
    record LoadedProgram(LoadPlan plan, Fd fd) {}

    /** What the loader made, in the order of making. */
    record Parts(Map<String, KernelMap> maps, List<LoadedProgram> programs, Map<String, EventSource> sources,
            EventPoller poller, Attacher attacher) {}

    KernelSession(ProgramUnit unit, SessionOptions options, Parts parts) {
        this.unit = unit;
        this.maps = parts.maps();
        this.programs = parts.programs();
        this.sources = parts.sources();
        this.poller = parts.poller();
        this.attacher = parts.attacher();
        this.watches = options.targets().stream().map(target -> ProcessWatch.of(target.pid())).toList();
        sources.forEach((name, source) -> poller.add(source,
                (data, offset, length) -> handler.accept(name, data, offset, length)));
    }

    /** Runs the begin programs and attaches the others. */
    void start(SessionOptions options) {
        runAll(AttachSpec.Begin.class);
        programs.forEach(program -> attachments
                .addAll(attacher.attach(program.plan(), program.fd(), options)));
    }

    private void runAll(Class<? extends AttachSpec> moment) {
        for (LoadedProgram loaded : programs) {
            Program program = loaded.plan().program();
            if (moment.isInstance(program.attach())) {
                attacher.runOnce(loaded.fd());
                attachments.add(Attachment.made(program.name(), program.attach(), "", 1));
            }
        }
    }

    @Override
    public ProgramUnit unit() {
        return unit;
    }

    @Override
    public List<Attachment> attachments() {
        return List.copyOf(attachments);
    }

    @Override
    public int poll(Duration timeout, EventHandler eventHandler) {
        handler = eventHandler;
        return poller.poll((int) Math.min(timeout.toMillis(), Integer.MAX_VALUE));
    }

    @Override
    public void wake() {
        poller.wake();
    }

    @Override
    public boolean targetsEnded() {
        return !watches.isEmpty() && watches.stream().noneMatch(ProcessWatch::isAlive);
    }

    @Override
    public SessionMap map(String name) {
        KernelMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("the unit has no map " + name);
        }
        return map;
    }

    @Override
    public List<Loss> losses() {
        return Losses.of(unit, maps.values(), this::lostByBuffer);
    }

    /** Perf buffers count by themselves; the first program that writes to one is charged. */
    private long lostByBuffer(LossCounter counter) {
        EventSource source = sources.get(counter.subject());
        boolean first = unit.losses().stream().filter(other -> other.subject().equals(counter.subject()))
                .findFirst().filter(counter::equals).isPresent();
        return source == null || !first ? 0 : source.lost();
    }

    @Override
    public void detach() {
        if (!detached) {
            detached = true;
            attacher.close();
            runAll(AttachSpec.End.class);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            attacher.close();
            poller.close();
            sources.values().forEach(EventSource::close);
            programs.forEach(program -> program.fd().close());
            maps.values().forEach(KernelMap::close);
        }
    }

    /** Returns the specs of the unit's rings and perf buffers. */
    static List<MapSpec> buffers(ProgramUnit unit) {
        return unit.maps().stream()
                .filter(map -> map.role() instanceof MapRole.Events || map.role() instanceof MapRole.Output)
                .toList();
    }
}
