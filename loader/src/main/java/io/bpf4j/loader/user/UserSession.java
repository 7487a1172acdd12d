package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.EventHandler;
import io.bpf4j.loader.Loss;
import io.bpf4j.loader.Losses;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionMap;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.ProgramUnit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A unit in the processes that it traces; owns the arena, and undoes what was done to the processes. */
final class UserSession implements Session {

    private static final double NANOS_PER_MILLI = 1e6;
    /** Hits at which no program could run, of whatever probe. */
    private static final LossCounter HITS = new LossCounter(LossCounter.NO_KEY, LossCounter.ANY_PROGRAM, "",
            LossCounter.Kind.MISSED);

    private final ProgramUnit unit;
    private final SharedArena arena;
    private final HostPrograms host;
    private final RingPoller poller;
    private final ClockKeeper clock;
    private final Tracer tracer;
    private final List<Injection> injections = new ArrayList<>();
    private final List<ProcessWatch> watches;
    private final TargetWatcher targets;
    private final List<Attachment> attachments = new ArrayList<>();
    private final Map<String, SharedMap> maps = new LinkedHashMap<>();
    private boolean detached;
    private boolean closed;

    /** What the loader made. */
    record Parts(HostPrograms host, RingPoller poller, ClockKeeper clock, Tracer tracer) {}

    UserSession(ProgramUnit unit, List<ProcessWatch> watches, SharedArena arena, Parts parts,
            boolean follow) {
        this.unit = unit;
        this.arena = arena;
        this.host = parts.host();
        this.poller = parts.poller();
        this.clock = parts.clock();
        this.tracer = parts.tracer();
        this.targets = new TargetWatcher(follow);
        this.watches = List.copyOf(watches);
        for (ArenaMap map : arena.maps().maps()) {
            maps.put(map.spec().name(), new SharedMap(map));
        }
    }

    /** Returns who stops processes for this session. */
    Tracer tracer() {
        return tracer;
    }

    /** Takes an injection; it is the session's from then on. */
    void add(Injection injection) {
        injections.add(injection);
    }

    /** Takes a target, with how to attach what is not attached in it. */
    void watch(TracedProcess process, Runnable attach) {
        targets.add(process, attach);
    }

    /** Says what became of a probe point. */
    void add(Attachment attachment) {
        attachments.add(attachment);
    }

    /** Starts what is not in the processes. */
    void start() {
        host.startTimers(System.nanoTime());
    }

    @Override
    public ProgramUnit unit() {
        return unit;
    }

    @Override
    public List<Attachment> attachments() {
        List<Attachment> all = new ArrayList<>();
        targets.processes().forEach(process -> all.addAll(process.attachments()));
        all.addAll(attachments);
        return all;
    }

    @Override
    public List<String> notes() {
        Map<Integer, Long> stopped = new LinkedHashMap<>();
        injections.forEach(injection -> stopped.merge(injection.pid(), injection.stoppedNanos(), Math::max));
        List<String> notes = new ArrayList<>();
        stopped.forEach((pid, nanos) -> notes.add(String.format(Locale.ROOT,
                "process %d stood still for %.1f ms at most", pid, nanos / NANOS_PER_MILLI)));
        notes.addAll(targets.notes());
        return notes;
    }

    @Override
    public int poll(Duration timeout, EventHandler handler) {
        long now = System.nanoTime();
        clock.refresh(now);
        host.runTimers(now);
        if (!detached) {
            targets.look(now);
        }
        Duration untilTimer = Duration
                .ofNanos(Math.min(host.untilNext(now), targets.untilNext(System.nanoTime())));
        return poller.poll(timeout.compareTo(untilTimer) < 0 ? timeout : untilTimer, handler);
    }

    @Override
    public void wake() {
        poller.wake();
    }

    @Override
    public boolean targetsEnded() {
        return watches.stream().noneMatch(watch -> watch.isAlive() && !targets.hasLost(watch.pid()));
    }

    @Override
    public SessionMap map(String name) {
        SharedMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("the unit has no map " + name);
        }
        return map;
    }

    @Override
    public List<Loss> losses() {
        List<Loss> losses = Losses.of(unit, maps.values(), counter -> 0);
        long missed = injections.stream().mapToLong(Injection::missed).sum();
        if (missed != 0) {
            losses.add(new Loss(HITS, missed));
        }
        return losses;
    }

    @Override
    public void awaitRunningPrograms() {
        injections.forEach(Injection::awaitRunningPrograms);
    }

    @Override
    public void detach() {
        if (!detached) {
            detached = true;
            injections.reversed().forEach(Injection::detach);
            host.stopTimers();
            host.run(AttachSpec.End.class);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            injections.reversed().forEach(Injection::close);
            tracer.close();
            poller.close();
            clock.close();
            host.close();
            arena.close();
        }
    }
}
