package io.bpf4j.tools.command;

import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.DurationOption;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.AttachReport;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.Probe;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.tools.session.SessionNotes;
import io.bpf4j.tools.session.SessionStacks;
import io.bpf4j.tools.session.StartedCommand;
import io.bpf4j.tools.session.TargetOptions;
import io.bpf4j.vm.program.GlobalValues;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.ValueFormatException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bpf4j run}: compiles a probe file, runs it, shows what it reports. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs a probe file until Ctrl-C, the end of what it traces, or its own exit().",
        footerHeading = "%nExamples:%n",
        footer = {
            "  bpf4j run tools/examples/opensnoop.probe",
            "  bpf4j run tools/examples/mallocs.probe -p 1234 -d 10",
            "  bpf4j run tools/examples/errnos.probe --set target=1234 --format json",
            "  bpf4j run tools/examples/gethostlatency.probe -- curl https://localhost/",
            "  bpf4j run --mode user -v tools/examples/mallocs.probe -p 1234"})
public final class RunCommand implements Callable<Integer> {
    private static final Duration TARGET_CHECK = Duration.ofMillis(200);
    /** By this constant a probe may ask for the process: -p sets it. */
    private static final String TARGET_CONSTANT = "target";

    @Parameters(index = "0", paramLabel = "FILE",
            description = "a .probe file, an object of 'bpf4j compile -o', or one that clang made for libbpf")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "-- COMMAND", description = "start this command and trace it")
    private List<String> command = new ArrayList<>();

    @Option(names = {"-p", "--pid"}, paramLabel = "PID",
            description = "limit user probes to this process, and set"
                    + " the probe's constant 'target' to it; may be given several times")
    private List<Integer> pids = new ArrayList<>();

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "give a constant of the probe a value")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Mixin
    private ExecutionMode.Choice modeChoice;

    @Mixin
    private DurationOption duration;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        Interrupts interrupts = Interrupts.install();
        try (Machine machine = new Machine();
                Output output = common.open();
                var started = new Started(command.isEmpty()
                        ? Optional.empty()
                        : Optional.of(StartedCommand.start(machine.kernel(), command)))) {
            ExecutionMode mode = machine.resolve(modeChoice.wanted(), pids.isEmpty() && command.isEmpty());
            started.command().ifPresent(process -> process.prepareFor(mode));
            List<Target> targets = TargetOptions.targets(pids, started.command());
            Probe probe = ProbeFile.read(machine, file);
            if (common.verbose()) {
                probe.notes().forEach(note -> System.err.println("note: " + note));
            }
            ProgramUnit unit = configured(probe.wanted(), targets);
            try (Session session = machine.open(unit,
                    new SessionOptions(targets, Map.of()).withTraits(probe.traits())
                            .withFollow(modeChoice.follow() || !command.isEmpty()),
                    mode);
                    SessionStacks stacks = new SessionStacks(session)) {
                report(session, mode);
                interrupts.onRequest(session::wake);
                started.command().ifPresent(StartedCommand::resume);
                watch(session, stacks, targets, interrupts, output);
            }
        }
        return ExitCode.OK.number();
    }

    /** The command to trace, if there is one. */
    private record Started(Optional<StartedCommand> command) implements AutoCloseable {
        @Override
        public void close() {
            command.ifPresent(StartedCommand::close);
        }
    }

    private ProgramUnit configured(ProgramUnit unit, List<Target> targets) {
        ProgramUnit configured = unit;
        if (targets.size() == 1 && unit.global(TARGET_CONSTANT).isPresent()
                && !settings.containsKey(TARGET_CONSTANT)) {
            configured = GlobalValues.set(configured, TARGET_CONSTANT,
                    Integer.toString(targets.getFirst().pid()));
        }
        for (var setting : settings.entrySet()) {
            try {
                configured = GlobalValues.set(configured, setting.getKey(), setting.getValue());
            } catch (IllegalArgumentException | ValueFormatException e) {
                throw new UserError(ExitCode.USAGE, "--set " + setting.getKey() + ": " + e.getMessage());
            }
        }
        return configured;
    }

    private void report(Session session, ExecutionMode mode) {
        AttachReport report = new AttachReport(session.attachments());
        report.requireEach();
        if (common.verbose()) {
            report.print(System.err);
        }
        System.err.println(mode + " mode: " + report.summary() + "; Ctrl-C ends");
    }

    private void watch(Session session, SessionStacks stacks, List<Target> targets, Interrupts interrupts,
            Output output) {
        UnitPrinter printer = new UnitPrinter(session, stacks, output, common.json(), interrupts);
        List<Integer> traced = targets.stream().map(Target::pid).toList();
        Optional<Long> end = duration.duration().map(time -> System.nanoTime() + time.toNanos());
        SessionNotes notes = new SessionNotes(session, common.verbose(), System.err::println);
        boolean running = true;
        while (running) {
            session.poll(remaining(end), printer);
            stacks.remember(traced);
            printer.showPending();
            output.flush();
            printer.warnOfLosses();
            notes.tell();
            running = !interrupts.isRequested() && !session.targetsEnded()
                    && end.map(time -> System.nanoTime() - time < 0).orElse(true);
        }
        session.detach();
        while (session.poll(Duration.ZERO, printer) > 0) {
            output.flush();
        }
        printer.showPending();
        printer.summary();
        output.flush();
        notes.tell();
    }

    private static Duration remaining(Optional<Long> end) {
        return end.map(time -> Duration.ofNanos(Math.max(0, time - System.nanoTime())))
                .filter(time -> time.compareTo(TARGET_CHECK) < 0).orElse(TARGET_CHECK);
    }
}
