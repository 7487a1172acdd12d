package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.TimeStampClock;
import io.bpf4j.loader.proc.LibraryFinder;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.site.SiteResolver;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.trampoline.TargetLayout;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs units in the processes that they trace. */
public final class UserLoader {

    /** The room for code that is reserved in a process, in bytes, before it is known how much there is. */
    private static final int CODE_BYTES = 1 << 20;

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
        Map<Program, VerifiedProgram> programs = verify(unit);
        SharedArena arena = new SharedArena(kernel, unit.maps());
        HostPrograms host = new HostPrograms(arena);
        programs.keySet().stream().filter(program -> HostPrograms.isHosts(program.attach())).forEach(host::add);
        ClockKeeper clock = new ClockKeeper(kernel, arena.memory());
        RingPoller poller = new RingPoller(kernel, arena.maps().maps(), owner -> true);
        UserSession session = new UserSession(unit, arena, host, poller, clock);
        try {
            host.run(AttachSpec.Begin.class);
            Map<Program, VerifiedProgram> inTarget = new IdentityHashMap<>(programs);
            inTarget.keySet().removeIf(program -> HostPrograms.isHosts(program.attach()));
            for (Target target : options.targets()) {
                attach(session, new Work(unit, options, target, inTarget, arena, clock));
            }
            programs.keySet().stream().filter(program -> HostPrograms.isHosts(program.attach()))
                    .forEach(program -> session.add(Attachment.made(program.name(), program.attach(), "", 1)));
            session.start();
            return session;
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /** What is to be done to one process. */
    private record Work(ProgramUnit unit, SessionOptions options, Target target,
            Map<Program, VerifiedProgram> programs, SharedArena arena, ClockKeeper clock) {}

    private static Map<Program, VerifiedProgram> verify(ProgramUnit unit) {
        Map<Program, VerifiedProgram> verified = new IdentityHashMap<>();
        for (Program program : unit.programs()) {
            switch (Verifier.verify(program, VerifierInput.of(program.type(), unit))) {
                case VerifiedProgram accepted -> verified.put(program, accepted);
                case Rejection rejection -> throw new LoadException("the verifier refuses program "
                        + program.name() + ": " + rejection.reason(), rejection.explanation(), "", null);
            }
        }
        return verified;
    }

    private void attach(UserSession session, Work work) {
        int pid = work.target().pid();
        try (SiteResolver resolver = new SiteResolver()) {
            Placer placer = new Placer(resolver, work.options(), work.target());
            work.unit().programs().stream().filter(work.programs()::containsKey).forEach(placer::place);
            placer.skipped().forEach(session::add);
            MemoryMaps maps = MemoryMaps.of(pid);
            try (HookPlanner planner = new HookPlanner(pid, maps)) {
                placer.placements().forEach(planner::plan);
                if (planner.hooks().isEmpty()) {
                    planner.attachments().forEach(session::add);
                } else {
                    inject(session, work, maps, planner);
                }
            }
        }
    }

    private void inject(UserSession session, Work work, MemoryMaps maps, HookPlanner planner) {
        InjectedProcess process = new InjectedProcess(new Tracer(kernel), work.target().pid(), work.arena());
        try {
            Runtimes runtimes = Runtimes.of(maps);
            boolean go = runtimes.go();
            RuntimeSettings draft = settings(work, 0, 0, runtimes.reads());
            int blockBytes = Integer.highestOneBit(draft.threadBlockBytes() - 1) << 1;
            process.map(planner.hooks().getFirst().patch().site(), CODE_BYTES, blockBytes, go);
            long arena = process.arenaAddress();
            long block = arena + process.journal();
            work.clock().add(work.arena().memory().base() + process.journal());
            TargetLayout layout = new TargetLayout(process.tid(), process.blocksAddress(),
                    InjectedProcess.THREAD_BLOCKS, blockBytes, block + SessionHeader.MISSED,
                    arena + work.arena().shardOwners(), work.arena().shards(), go);
            CodeImage image = CodeImage.make(planner.hooks(), work.programs(),
                    CodeImage.machineAt(work.arena(), arena), settings(work, arena, block, runtimes.reads()), layout);
            process.patch(image);
            process.attachments().addAll(planner.attachments());
        } catch (InjectException e) {
            Skip skip = new Skip(reason(e), e.getMessage());
            planner.attachments().forEach(one -> session.add(Attachment.skipped(one.program(), one.spec(), one.place(),
                    one.skipped().orElse(skip))));
        }
        session.add(process);
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
