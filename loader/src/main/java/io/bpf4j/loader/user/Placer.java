package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.proc.ProcessAccessException;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.site.Resolution;
import io.bpf4j.loader.site.Site;
import io.bpf4j.loader.site.SiteResolver;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the places in one process at which a unit's programs are wanted. */
final class Placer {

    private final SiteResolver resolver;
    private final SessionOptions options;
    private final Target target;
    private final List<Placement> placements = new ArrayList<>();
    private final List<Attachment> skipped = new ArrayList<>();

    Placer(SiteResolver resolver, SessionOptions options, Target target) {
        this.resolver = resolver;
        this.options = options;
        this.target = target;
    }

    /** Returns the places that were found. */
    List<Placement> placements() {
        return placements;
    }

    /** Returns what was not found. */
    List<Attachment> skipped() {
        return skipped;
    }

    /** Looks for a program's places. */
    void place(Program program) {
        switch (program.attach()) {
            case AttachSpec.Uprobe spec -> options.filesFor(spec.path())
                    .forEach(file -> resolve(program, spec.in(file), moment(spec.site())));
            case AttachSpec.Usdt spec -> options.filesFor(spec.path())
                    .forEach(file -> resolve(program, spec.in(file), Placement.Moment.BEFORE));
            case AttachSpec.Tracepoint point -> tracepoint(program);
            case AttachSpec.RawTracepoint point -> tracepoint(program);
            case AttachSpec.Kprobe probe ->
                skip(program, Reason.UNSUPPORTED, "the kernel's functions are not in the"
                        + " process: run it with --mode kernel");
            case AttachSpec.Fentry probe ->
                skip(program, Reason.UNSUPPORTED, "the kernel's functions are not in the"
                        + " process: run it with --mode kernel");
            case AttachSpec.Profile profile -> skip(program, Reason.UNSUPPORTED,
                    "sampling needs the kernel: run it with --mode kernel");
            case AttachSpec.Other other -> skip(program, Reason.UNSUPPORTED,
                    "the section's name says no place in a process");
            case AttachSpec.Begin begin -> skipNothing();
            case AttachSpec.End end -> skipNothing();
            case AttachSpec.Interval interval -> skipNothing();
            case AttachSpec.Manual manual -> skipNothing();
        }
    }

    /** Those of system calls are looked for by a {@link SystemCallPlanner}. */
    private void tracepoint(Program program) {
        if (SystemCallPoint.of(program.attach()).isEmpty()) {
            skip(program, Reason.UNSUPPORTED,
                    "only tracepoints of system calls are in the process: run it with --mode kernel");
        }
    }

    private static void skipNothing() {
        // Such programs have no place in a process.
    }

    private static Placement.Moment moment(AttachSpec.Uprobe.Site site) {
        return switch (site) {
            case ENTRY -> Placement.Moment.BEFORE;
            case RETURN -> Placement.Moment.RETURN;
            case GO_RETURN -> Placement.Moment.AT_RETURN;
        };
    }

    private void resolve(Program program, AttachSpec spec, Placement.Moment moment) {
        try {
            Resolution found = switch (spec) {
                case AttachSpec.Uprobe uprobe -> resolver.resolve(uprobe, Optional.of(target));
                case AttachSpec.Usdt usdt -> resolver.resolve(usdt, Optional.of(target));
                default -> throw new IllegalArgumentException("not in user code: " + spec);
            };
            for (Site site : found.sites()) {
                placements.add(new Placement(program, site, moment));
            }
            found.problems().forEach(problem -> skip(program, Reason.NOT_FOUND, problem + " " + whose()));
        } catch (ProcessAccessException e) {
            skip(program, Reason.NOT_PERMITTED, e.getMessage());
        } catch (ElfException | ProcessException e) {
            skip(program, Reason.NOT_FOUND, e.getMessage());
        }
    }

    private String whose() {
        return "(pid " + target.pid() + ")";
    }

    private void skip(Program program, Reason reason, String text) {
        skipped.add(Attachment.skipped(program.name(), program.attach(), "", new Skip(reason, text)));
    }
}
