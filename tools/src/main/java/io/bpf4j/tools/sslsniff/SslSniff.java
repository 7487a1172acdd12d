package io.bpf4j.tools.sslsniff;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.Target;
import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.VersionProvider;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.SessionNotes;
import io.bpf4j.tools.session.StartedCommand;
import io.bpf4j.tools.session.TargetOptions;
import io.bpf4j.tools.session.ToolProbe;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jsslsniff}: shows what programs send and receive over TLS; bcc's sslsniff, without a C compiler. */
@Command(name = "jsslsniff", mixinStandardHelpOptions = true, versionProvider = VersionProvider.class,
        sortOptions = false, addMethodSubcommands = false,
        description = "Shows what programs send and receive over TLS, in plain text: through OpenSSL, GnuTLS and NSS.",
        footer = {"", "Examples:", "  jsslsniff                       everything on this machine",
            "  jsslsniff -p 181                one process",
            "  jsslsniff -- curl -s https://example.com",
            "  jsslsniff --mode user -p 181    the same without a trap into the kernel, or root",
            "  jsslsniff -c curl -l --handshake",
            "  jsslsniff --extra-lib openssl:/opt/app/bin/app", "",
            "What it shows may be secret: files that it writes are readable by their owner only."})
public final class SslSniff implements Callable<Integer> {
    /** Its probe, the same for every machine. */
    public static final ToolProbe PROBE = new ToolProbe(SslSniff.class, "jsslsniff",
            () -> CompileOptions.PORTABLE);

    @Spec
    private CommandSpec spec;

    @Mixin
    private TargetOptions targetOptions;

    @Mixin
    private SniffOptions options;

    @Mixin
    private ExecutionMode.Choice mode;

    @Mixin
    private CommonOptions common;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        PROBE.begin();
        CommandRunner.main(new SslSniff(), arguments);
    }

    @Override
    public Integer call() {
        options.check();
        if (options.sourceOnly() || options.showSource() || common.debug()) {
            printSource();
        }
        return options.sourceOnly() ? ExitCode.OK.number() : trace();
    }

    private static void printSource() {
        try (Output output = Output.standard()) {
            output.text(PROBE.source().text());
        }
    }

    private int trace() {
        Interrupts interrupts = Interrupts.install();
        try (Machine machine = new Machine();
                Output output = common.open();
                var started = new Started(targetOptions.start(machine.kernel()))) {
            ExecutionMode where = machine.resolve(mode.wanted(), targetOptions.isEmpty());
            started.command().ifPresent(process -> process.prepareFor(where));
            List<Target> targets = targetOptions.targets(started.command());
            Selection selection = new Selection(options);
            ProgramUnit unit = selection.tailor(PROBE.unit());
            try (Session session = machine.open(unit,
                    selection.places(targets).withFollow(mode.follow() || started.command().isPresent()),
                    where)) {
                report(session, where);
                started.command().ifPresent(StartedCommand::resume);
                sniff(session, output, interrupts);
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

    private void report(Session session, ExecutionMode where) {
        AttachmentReport report = new AttachmentReport(session.attachments(), options);
        report.requireAny();
        report.printSkipped(errors(), common.verbose());
        say(where + " mode, tracing " + report.summary());
    }

    private void sniff(Session session, Output output, Interrupts interrupts) {
        CallPrinter printer = common.json()
                ? new JsonPrinter(output, Clock.systemUTC())
                : new TextPrinter(output, options);
        LossReport losses = new LossReport(session, errors());
        SessionNotes notes = new SessionNotes(session, common.verbose(), this::say);
        notes.tell();
        boolean ended = new Sniffer(session, output, printer, losses, options.comm()).run(interrupts);
        notes.tell();
        losses.finish(common.verbose());
        if (ended) {
            say(targetOptions.pids().isEmpty()
                    ? "the command has ended"
                    : "every traced process has ended");
        }
    }

    private void say(String message) {
        errors().println(spec.name() + ": " + message);
        errors().flush();
    }

    private PrintWriter errors() {
        return spec.commandLine().getErr();
    }
}
