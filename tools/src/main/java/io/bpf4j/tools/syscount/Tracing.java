package io.bpf4j.tools.syscount;

import io.bpf4j.compiler.check.CheckOptions.TracepointAccess;
import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.AttachReport;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.StartedCommand;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.program.ProgramUnit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** A run of the probe, from the first check to the last reading. What it has to say goes to standard error. */
record Tracing(Filters filters, View view, SystemCalls table, Report report, boolean verbose) {

    /** The command to trace, if there is one. */
    private record Started(Optional<StartedCommand> command) implements AutoCloseable {

        OptionalInt pid() {
            return command.stream().map(StartedCommand::target).mapToInt(Target::pid).findFirst();
        }

        @Override
        public void close() {
            command.ifPresent(StartedCommand::close);
        }
    }

    /**
     * Runs it.
     *
     * @param pids processes to count; none, and no command, for all
     * @param command a command to start and count; empty for none
     * @param duration when to end; empty for not before Ctrl-C or the end of what is traced
     */
    void run(TracepointAccess access, List<Integer> pids, List<String> command, Optional<Duration> duration,
            ExecutionMode wanted) {
        Interrupts interrupts = Interrupts.install();
        try (Machine machine = new Machine()) {
            ExecutionMode mode = mode(machine, wanted, command);
            List<ProcessWatch> watched = watched(pids);
            ProgramUnit compiled = CallProbe.compiled(machine, access);
            try (Started started = start(machine, command)) {
                List<Integer> all = new ArrayList<>(pids.stream().distinct().toList());
                started.pid().ifPresent(pid -> {
                    all.add(pid);
                    watched.add(ProcessWatch.of(pid));
                });
                CallProbe probe = new CallProbe(filters, view, all, started.pid(), table, mode);
                SessionOptions options = mode == ExecutionMode.USER
                        ? SessionOptions.of(all)
                        : SessionOptions.EVERYTHING;
                try (Session session = machine.open(probe.specialise(compiled), options, mode)) {
                    tell(session.attachments(), mode);
                    probe.fill(session);
                    report.begin();
                    started.command().ifPresent(StartedCommand::resume);
                    Runnable quiescence = mode == ExecutionMode.USER
                            ? session::awaitRunningPrograms
                            : machine.kernel()::awaitRunningPrograms;
                    read(session, new Counters(session, quiescence),
                            new Rest(interrupts, watched, view.interval(), duration));
                }
            }
        }
    }

    private ExecutionMode mode(Machine machine, ExecutionMode wanted, List<String> command) {
        if (wanted != ExecutionMode.USER) {
            machine.requirePermission();
            return ExecutionMode.KERNEL;
        }
        filters.requireUserMode();
        if (!command.isEmpty()) {
            throw new UserError(ExitCode.USAGE, "user mode counts in processes that run already",
                    "name them with -p, or use --mode kernel");
        }
        return wanted;
    }

    private List<ProcessWatch> watched(List<Integer> pids) {
        List<ProcessWatch> watched = new ArrayList<>();
        filters.watch().ifPresent(watched::add);
        for (int pid : pids) {
            try {
                watched.add(ProcessWatch.of(pid));
            } catch (NoSuchProcessException e) {
                throw new UserError(ExitCode.NO_TARGET, "there is no process " + pid);
            }
        }
        return watched;
    }

    private static Started start(Machine machine, List<String> command) {
        return new Started(command.isEmpty()
                ? Optional.empty()
                : Optional.of(StartedCommand.start(machine.kernel(), command)));
    }

    /** Says what is attached; all of it must be. */
    private void tell(List<Attachment> attachments, ExecutionMode mode) {
        for (Attachment attachment : attachments) {
            attachment.skipped().ifPresent(skip -> {
                throw new UserError(AttachReport.codeOf(skip),
                        "cannot attach " + attachment.spec().spelling() + ": " + skip.text());
            });
        }
        say(mode + " mode: " + attachments.stream().map(attachment -> attachment.spec().spelling())
                .distinct().collect(Collectors.joining(", ")));
        if (mode == ExecutionMode.USER) {
            attachments.stream().map(Attachment::place).distinct().forEach(Tracing::say);
        }
    }

    private void read(Session session, Counters counters, Rest rest) {
        Rest.Reason reason = rest.await();
        while (reason == Rest.Reason.INTERVAL) {
            report.reading(Instant.now(), counters.take());
            reason = rest.await();
        }
        session.detach();
        report.reading(Instant.now(), counters.take());
        if (reason == Rest.Reason.TARGETS_ENDED && verbose) {
            say("what was traced has ended");
        }
        session.losses()
                .forEach(loss -> say(loss.count() + " calls found no room in " + loss.counter().subject()
                        + " and were not counted"));
        report.end();
    }

    private static void say(String text) {
        System.err.println("jsyscount: " + text);
    }
}
