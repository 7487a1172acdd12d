package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.StoppedProcess;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.TimeStampClock;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.site.SiteResolver;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.trampoline.TargetLayout;
import io.bpf4j.vm.verify.ContextModel;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs units in the processes that they trace. */
public final class UserLoader {

    /** The room for code that is reserved in a process, in bytes, before it is known how much there is. */
    private static final int CODE_BYTES = 1 << 20;

    /** More for each hook. */
    private static final int BYTES_OF_HOOK = 1024;
    /** How many hooks share their code: each may need two edits. */
    private static final int MOST_TOGETHER = SessionHeader.MOST_EDITS / 2;

    /** How far apart hooks may be that share their code: it has to be within 2 GiB of all of them. */
    private static final long NEIGHBOURHOOD = 1L << 30;

    private final Kernel kernel;

    /** Runs units by means of this kernel. */
    public UserLoader(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Verifies the unit's programs, makes its maps, and puts both into the options' processes; what cannot be attached
     * is said in {@link Session#attachments}.
     *
     * @throws LoadException if a map or program is refused; nothing is left behind then
     */
    public Session open(ProgramUnit unit, SessionOptions options) {
        List<ProcessWatch> watches = options.targets().stream().map(target -> ProcessWatch.of(target.pid()))
                .toList();
        Tracer tracer = new Tracer(kernel);
        WarmUp warmUp = WarmUp.begin(tracer);
        Map<Program, VerifiedProgram> programs;
        SharedArena arena;
        try {
            programs = verify(unit);
            arena = new SharedArena(kernel, unit.maps());
        } catch (RuntimeException | Error e) {
            tracer.close();
            throw e;
        }
        HostPrograms host = new HostPrograms(arena);
        ClockKeeper clock = new ClockKeeper(kernel, arena.memory());
        RingPoller poller = new RingPoller(kernel, arena.maps().maps(), owner -> true);
        UserSession session = new UserSession(unit, watches, arena,
                new UserSession.Parts(host, poller, clock, tracer), options.follow());
        try {
            programs.keySet().stream().filter(program -> HostPrograms.isHosts(program.attach()))
                    .forEach(host::add);
            host.run(AttachSpec.Begin.class);
            Map<Program, VerifiedProgram> inTarget = new IdentityHashMap<>(programs);
            inTarget.keySet().removeIf(program -> HostPrograms.isHosts(program.attach()));
            warmUp.await();
            for (Target target : options.targets()) {
                TracedProcess process = new TracedProcess(target.pid(), arena.inode());
                Work work = new Work(unit, options, target, inTarget, arena, clock, process);
                process.look();
                attach(session, work);
                session.watch(process, () -> attach(session, work));
            }
            programs.keySet().stream().filter(program -> HostPrograms.isHosts(program.attach()))
                    .forEach(
                            program -> session.add(Attachment.made(program.name(), program.attach(), "", 1)));
            session.start();
            return session;
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /** What is to be done to one process. */
    private record Work(ProgramUnit unit, SessionOptions options, Target target,
            Map<Program, VerifiedProgram> programs, SharedArena arena, ClockKeeper clock,
            TracedProcess process) {}

    private static Map<Program, VerifiedProgram> verify(ProgramUnit unit) {
        Map<Program, VerifiedProgram> verified = new IdentityHashMap<>();
        for (Program program : unit.programs()) {
            switch (Verifier.verify(program, input(program, unit))) {
                case VerifiedProgram accepted -> verified.put(program, accepted);
                case Rejection rejection -> throw new LoadException("the verifier refuses program "
                        + program.name() + ": " + rejection.reason(), rejection.explanation(), "", null);
            }
        }
        return verified;
    }

    private static VerifierInput input(Program program, ProgramUnit unit) {
        VerifierInput input = VerifierInput.of(program.type(), unit);
        return program.type() != ProgramType.TRACEPOINT
                ? input
                : SystemCallPoint.of(program.attach())
                        .map(point -> input.withContext(ContextModel.tracepoint(point.recordBytes())))
                        .orElse(input);
    }

    /** Attaches what is not attached yet. */
    private void attach(UserSession session, Work work) {
        int pid = work.target().pid();
        TracedProcess known = work.process();
        known.retry();
        Tracer tracer = session.tracer();
        try {
            StoppedProcess.requireAccess(kernel, pid);
            requireNoFilter(pid);
            new Leftovers(tracer, pid).remove();
            try (SiteResolver resolver = new SiteResolver(); TargetMemory memory = TargetMemory.open(pid)) {
                Placer placer = new Placer(resolver, work.options(), work.target());
                work.unit().programs().stream().filter(work.programs()::containsKey).forEach(placer::place);
                placer.skipped().forEach(known::skip);
                MemoryMaps maps = MemoryMaps.of(pid);
                try (HookPlanner planner = new HookPlanner(pid, maps, memory, known.occupied())) {
                    placer.placements().stream().filter(known::isNew).forEach(planner::plan);
                    planner.refused().forEach(known::skip);
                    SystemCallPlanner calls = new SystemCallPlanner(maps, memory, work.programs().keySet(),
                            planner.occupied(), known.modules());
                    inject(session, work, maps, planner, calls);
                }
            }
        } catch (InjectException e) {
            Skip skip = new Skip(reason(e), e.getMessage());
            work.programs().keySet().stream().filter(program -> !known.carries(program))
                    .forEach(program -> known
                            .skip(Attachment.skipped(program.name(), program.attach(), "(pid " + pid + ")",
                                    skip)));
        }
    }

    /** Programs ask the kernel for names and ids; a filter of system calls could kill the process for that. */
    private static void requireNoFilter(int pid) {
        if (ThreadInfo.of(pid, pid).seccomp() != 0) {
            throw new InjectException(InjectException.Reason.SECCOMP, "process " + pid
                    + " has a filter of system"
                    + " calls (seccomp), which might kill it for those of our probes; --mode kernel can trace it");
        }
    }

    private void inject(UserSession session, Work work, MemoryMaps maps, HookPlanner planner,
            SystemCallPlanner calls) {
        Runtimes runtimes = Runtimes.of(maps);
        List<PlannedCode> all = new ArrayList<>(planner.hooks());
        all.addAll(calls.plan());
        for (List<PlannedCode> near : neighbours(all)) {
            Injection injection = new Injection(session.tracer(), work.target().pid(), work.arena());
            session.add(injection);
            inject(injection, work, runtimes, near, Semaphores.of(near, maps));
        }
        work.process().attached(planner.hooks(), planner.made(), maps);
        work.process().attached(calls.made());
    }

    /** Groups hooks that one piece of code can serve. */
    private static List<List<PlannedCode>> neighbours(List<PlannedCode> hooks) {
        List<PlannedCode> sorted = new ArrayList<>(hooks);
        sorted.sort(Comparator.comparingLong(PlannedCode::address));
        List<List<PlannedCode>> groups = new ArrayList<>();
        for (PlannedCode hook : sorted) {
            if (groups.isEmpty() || hook.address() - groups.getLast().getFirst().address() > NEIGHBOURHOOD
                    || groups.getLast().size() == MOST_TOGETHER) {
                groups.add(new ArrayList<>());
            }
            groups.getLast().add(hook);
        }
        return groups;
    }

    private static void inject(Injection injection, Work work, Runtimes runtimes, List<PlannedCode> hooks,
            List<Long> semaphores) {
        RuntimeSettings draft = settings(work, 0, 0, runtimes.reads());
        int blockBytes = Integer.highestOneBit(draft.threadBlockBytes() - 1) << 1;
        injection.map(hooks.getFirst().patch().site(), CODE_BYTES + hooks.size() * BYTES_OF_HOOK, blockBytes,
                runtimes.go());
        long arena = injection.arenaAddress();
        long block = arena + injection.journal();
        work.clock().add(work.arena().memory().base() + injection.journal());
        TargetLayout layout = new TargetLayout(injection.tid(), injection.blocksAddress(),
                Injection.THREAD_BLOCKS,
                blockBytes, block + SessionHeader.MISSED, arena + work.arena().shardOwners(),
                work.arena().shards(), runtimes.go());
        injection.patch(CodeImage.make(hooks, work.programs(), CodeImage.machineAt(work.arena(), arena),
                settings(work, arena, block, runtimes.reads()), layout), semaphores);
    }

    private static Reason reason(InjectException e) {
        return switch (e.reason()) {
            case NO_SUCH_PROCESS, ZOMBIE -> Reason.NOT_FOUND;
            case NOT_PERMITTED -> Reason.NOT_PERMITTED;
            case KERNEL_THREAD, NOT_64_BIT, OWN_PROCESS, SECCOMP -> Reason.UNSUPPORTED;
            case ALREADY_TRACED, NOT_STOPPABLE, NO_ROOM, CALL_FAILED, BAD_MEMORY -> Reason.FAILED;
        };
    }

    private static RuntimeSettings settings(Work work, long arena, long block, UserReads reads) {
        return new RuntimeSettings(arena + SessionHeader.BYTES, work.arena().size() - SessionHeader.BYTES,
                work.arena().maps().maps().stream().map(ArenaMap::plan).toList(), block, reads,
                TimeStampClock.isReliable(), HostProcessor.features(), Optional.empty());
    }
}
