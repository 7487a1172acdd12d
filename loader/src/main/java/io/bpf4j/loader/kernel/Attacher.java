package io.bpf4j.loader.kernel;

import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.AttachType;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinkCalls;
import io.bpf4j.loader.sys.PerfCalls;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Attaches programs and keeps what holds them there; closing it detaches everything, newest first. */
final class Attacher implements AutoCloseable {
    private final Kernel kernel;
    private final KernelFeatures features;
    private final LinkCalls links;
    private final PerfCalls events;
    private final UserAttacher user;
    private final Deque<AutoCloseable> held = new ArrayDeque<>();
    private Optional<Tracefs> tracefs;

    Attacher(Kernel kernel, KernelFeatures features) {
        this.kernel = kernel;
        this.features = features;
        this.links = new LinkCalls(kernel);
        this.events = new PerfCalls(kernel);
        this.user = new UserAttacher(features, links, this::attachToEvent, events);
    }

    /** Attaches a program wherever its point is; each place that fails is told, none stops the others. */
    List<Attachment> attach(LoadPlan plan, Fd fd, SessionOptions options) {
        Program program = plan.program();
        try {
            return switch (program.attach()) {
                case AttachSpec.Uprobe uprobe -> user.attach(plan, fd, options, held);
                case AttachSpec.Usdt usdt -> user.attach(plan, fd, options, held);
                case AttachSpec.Tracepoint point -> attachTracepoint(program, point, fd);
                case AttachSpec.RawTracepoint point when program.type() == ProgramType.TRACING -> {
                    hold(links.attachTracing(fd, AttachType.TRACE_RAW_TRACEPOINT, 0));
                    yield made(program, point.name(), 1);
                }
                case AttachSpec.RawTracepoint point -> {
                    hold(links.attachToRawTracepoint(fd, point.name(), 0));
                    yield made(program, point.name(), 1);
                }
                case AttachSpec.Profile profile -> attachProfile(program, profile, fd);
                case AttachSpec.Interval interval -> {
                    attachToEvent(hold(events.openTimer(interval.nanoseconds(), Cpus.online()[0])), fd);
                    yield made(program, "", 1);
                }
                case AttachSpec.Kprobe kprobe ->
                    skipped(program, Reason.UNSUPPORTED, "this kernel has no kprobes, or this version of"
                            + " bpf4j cannot use them; look for a tracepoint of the same event");
                case AttachSpec.Fentry fentry ->
                    skipped(program, Reason.UNSUPPORTED, "this version of bpf4j does not attach to kernel"
                            + " functions; look for a tracepoint of the same event");
                case AttachSpec.Begin begin -> List.of();
                case AttachSpec.End end -> List.of();
                case AttachSpec.Manual manual -> List.of();
                case AttachSpec.Other other -> skipped(program, Reason.UNSUPPORTED,
                        "this version of bpf4j loads such programs but attaches none of them, or the section's name"
                                + " says no place");
            };
        } catch (SystemCallException e) {
            return List.of(Attachment.skipped(program.name(), program.attach(), "", reason(e)));
        }
    }

    static Skip reason(SystemCallException e) {
        return switch (e.errno()) {
            case EPERM, EACCES -> new Skip(Reason.NOT_PERMITTED,
                    "not permitted: this needs root, or CAP_BPF and CAP_PERFMON");
            case ENOENT -> new Skip(Reason.NOT_FOUND, "this kernel has no such event");
            case ESRCH -> new Skip(Reason.NOT_FOUND, "the process has ended");
            default -> new Skip(Reason.FAILED, e.getMessage());
        };
    }

    private List<Attachment> attachTracepoint(Program program, AttachSpec.Tracepoint point, Fd fd) {
        if (tracefs == null) {
            tracefs = Tracefs.open(kernel);
        }
        if (tracefs.isEmpty()) {
            return skipped(program, Reason.UNSUPPORTED, "tracefs is not there or not permitted:"
                    + " mount -t tracefs tracefs /sys/kernel/tracing, or run as root");
        }
        OptionalInt id = tracefs.get().eventId(point.category(), point.name());
        if (id.isEmpty()) {
            return skipped(program, Reason.NOT_FOUND,
                    "this kernel has no tracepoint " + point.category() + ":" + point.name());
        }
        attachToEvent(hold(events.openTracepoint(id.getAsInt(), -1)), fd);
        return made(program, point.category() + ":" + point.name(), 1);
    }

    private List<Attachment> attachProfile(Program program, AttachSpec.Profile profile, Fd fd) {
        int[] cpus = Cpus.online();
        for (int cpu : cpus) {
            attachToEvent(hold(events.openSampler(profile.hertz(), cpu)), fd);
        }
        return made(program, cpus.length + " CPUs", cpus.length);
    }

    /** Ties a program to an event: by a link where there are such links (Linux 5.15), else for the event's life. */
    private void attachToEvent(Fd event, Fd program) {
        if (features.has(Feature.PERF_LINK)) {
            hold(links.attachToPerfEvent(program, event, 0));
            events.enable(event);
        } else {
            events.attach(event, program);
        }
    }

    private <T extends AutoCloseable> T hold(T resource) {
        held.push(resource);
        return resource;
    }

    private static List<Attachment> made(Program program, String place, int sites) {
        return List.of(Attachment.made(program.name(), program.attach(), place, sites));
    }

    private static List<Attachment> skipped(Program program, Reason reason, String text) {
        return List.of(Attachment.skipped(program.name(), program.attach(), "", new Skip(reason, text)));
    }

    /** Runs a program once, on this thread, with an empty context. */
    void runOnce(Fd program) {
        new ProgramCalls(kernel).testRun(program, new byte[0]);
    }

    @Override
    public void close() {
        user.close();
        if (tracefs != null) {
            tracefs.ifPresent(Tracefs::close);
        }
        List<AutoCloseable> newestFirst = new ArrayList<>(held);
        held.clear();
        for (AutoCloseable resource : newestFirst) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot detach: " + e.getMessage(), e);
            }
        }
    }
}
