package io.bpf4j.loader.kernel;

import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.proc.ProcessAccessException;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.site.Resolution;
import io.bpf4j.loader.site.Site;
import io.bpf4j.loader.site.SiteResolver;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.LinkCalls;
import io.bpf4j.loader.sys.PerfCalls;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.loader.sys.UprobeMulti;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Attaches programs to user code: many places at once where the kernel can (uprobe_multi), else one event each. */
final class UserAttacher implements AutoCloseable {
    private static final Path UPROBE_TYPE = Path.of("/sys/bus/event_source/devices/uprobe/type");
    private static final int EVERY_PROCESS = -1;

    private final KernelFeatures features;
    private final LinkCalls links;
    private final BiConsumer<Fd, Fd> eventAttacher;
    private final PerfCalls events;
    private final SiteResolver resolver = new SiteResolver();

    /** One program on its way to its places. */
    private record Job(LoadPlan plan, Fd fd, Deque<AutoCloseable> held, List<Attachment> done) {
        /** The probe points that the program stands for: one, or an entry and its return. */
        List<AttachSpec> specs() {
            return Stream.concat(Stream.of(plan.program()), plan.partner().stream()).map(Program::attach)
                    .toList();
        }

        void made(String place, int sites) {
            specs().forEach(spec -> done.add(Attachment.made(plan.program().name(), spec, place, sites)));
        }

        void skipped(String place, Skip reason) {
            specs().forEach(spec -> done.add(Attachment.skipped(plan.program().name(), spec, place, reason)));
        }

        boolean onReturn() {
            return plan.program().attach() instanceof AttachSpec.Uprobe spec
                    && spec.site() == AttachSpec.Uprobe.Site.RETURN;
        }
    }

    /** Attaches with these calls; the event attacher ties (event, program). */
    UserAttacher(KernelFeatures features, LinkCalls links, BiConsumer<Fd, Fd> eventAttacher,
            PerfCalls events) {
        this.features = features;
        this.links = links;
        this.eventAttacher = eventAttacher;
        this.events = events;
    }

    /** Attaches a program of a user probe or a static marker to its places in each target. */
    List<Attachment> attach(LoadPlan plan, Fd fd, SessionOptions options, Deque<AutoCloseable> held) {
        Job job = new Job(plan, fd, held, new ArrayList<>());
        if (plan.program().attach() instanceof AttachSpec.Usdt spec) {
            options.filesFor(spec.path()).forEach(file -> everywhere(job, options.targets(),
                    target -> resolver.resolve(spec.in(file), target)));
        } else if (plan.program().attach() instanceof AttachSpec.Uprobe spec) {
            attach(job, spec, options);
        } else {
            throw new IllegalArgumentException("not in user code: " + plan.program().attach());
        }
        return job.done();
    }

    private void attach(Job job, AttachSpec.Uprobe spec, SessionOptions options) {
        options.filesFor(spec.path()).forEach(file -> everywhere(job, options.targets(),
                target -> resolver.resolve(spec.in(file), target)));
    }

    private void everywhere(Job job, List<Target> targets, Function<Optional<Target>, Resolution> lookup) {
        List<Optional<Target>> wanted = targets.isEmpty()
                ? List.of(Optional.empty())
                : targets.stream().map(Optional::of).toList();
        for (Optional<Target> target : wanted) {
            try {
                attach(job, target, lookup.apply(target));
            } catch (ProcessAccessException e) {
                job.skipped("", new Skip(Reason.NOT_PERMITTED, e.getMessage()));
            } catch (ElfException | ProcessException e) {
                job.skipped("", new Skip(Reason.NOT_FOUND, e.getMessage()));
            }
        }
    }

    private void attach(Job job, Optional<Target> target, Resolution resolution) {
        String whose = target.map(process -> " (pid " + process.pid() + ")").orElse("");
        Map<Path, List<Site>> byFile = new LinkedHashMap<>();
        for (Site site : resolution.sites()) {
            byFile.computeIfAbsent(site.file(), file -> new ArrayList<>()).add(site);
        }
        for (List<Site> sites : byFile.values()) {
            String place = describe(sites) + whose;
            try {
                attach(job, target, sites);
                job.made(place, sites.size());
            } catch (SystemCallException e) {
                job.skipped(place, Attacher.reason(e));
            }
        }
        resolution.problems()
                .forEach(problem -> job.skipped("", new Skip(Reason.NOT_FOUND, problem + whose)));
    }

    private static String describe(List<Site> sites) {
        Site first = sites.getFirst();
        return sites.size() == 1 ? first.toString() : first.path() + ": " + sites.size() + " functions";
    }

    private void attach(Job job, Optional<Target> target, List<Site> sites) {
        if (features.has(Feature.UPROBE_MULTI)) {
            boolean counters = sites.stream().anyMatch(site -> site.semaphoreOffset() != 0);
            job.held()
                    .push(links.attachToUprobes(job.fd(), new UprobeMulti(sites.getFirst().file().toString(),
                            sites.stream().map(Site::fileOffset).toList(),
                            counters ? sites.stream().map(Site::semaphoreOffset).toList() : List.of(),
                            List.of(),
                            job.onReturn(), target.map(Target::pid).orElse(0), job.plan().session())));
            return;
        }
        for (Site site : sites) {
            Fd event = events.openUprobe(new PerfCalls.Uprobe(uprobeType(), site.file().toString(),
                    site.fileOffset(), job.onReturn(), Math.toIntExact(site.semaphoreOffset()),
                    target.map(Target::pid).orElse(EVERY_PROCESS)));
            job.held().push(event);
            eventAttacher.accept(event, job.fd());
        }
    }

    /** The number of the kernel's uprobe device, which perf events name as their type. */
    private static int uprobeType() {
        try {
            return Integer.parseInt(Files.readString(UPROBE_TYPE).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("this kernel has no uprobes", e);
        }
    }

    @Override
    public void close() {
        resolver.close();
    }
}
