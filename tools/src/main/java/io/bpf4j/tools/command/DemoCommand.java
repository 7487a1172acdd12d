package io.bpf4j.tools.command;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.AttachReport;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.vm.program.GlobalValues;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code bpf4j demo}: shows on this machine, with nothing set up, what bpf4j can do. */
@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Starts a TLS conversation of its own, and shows what was said and which system calls it took."
                + " Ends by itself and leaves nothing behind.",
        footerHeading = "%nExample:%n", footer = "  sudo tools/bin/bpf4j demo")
public final class DemoCommand implements Callable<Integer> {
    private static final String SOURCE = "demo.probe";
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(50);

    @Override
    public Integer call() {
        Interrupts interrupts = Interrupts.install();
        try (Machine machine = new Machine(); Output output = Output.standard()) {
            machine.requirePermission();
            ProgramUnit unit = machine.compile(source());
            try (Conversation conversation = Conversation.prepare(machine.kernel())) {
                Target client = conversation.client().target();
                unit = GlobalValues.set(unit, "target", Integer.toString(client.pid()));
                try (Session session = machine.open(unit, new SessionOptions(List.of(client), Map.of()),
                        ExecutionMode.KERNEL)) {
                    interrupts.onRequest(session::wake);
                    AttachReport report = new AttachReport(session.attachments());
                    report.requireEach();
                    System.err.println("kernel mode: " + report.sites() + " sites attached to openssl, pid "
                            + client.pid());
                    show(session, conversation, interrupts, output);
                }
            }
        }
        return ExitCode.OK.number();
    }

    private static SourceFile source() {
        try (InputStream stream = DemoCommand.class.getResourceAsStream(SOURCE)) {
            return new SourceFile(SOURCE, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void show(Session session, Conversation conversation, Interrupts interrupts,
            Output output) {
        DemoPrinter printer = new DemoPrinter(session, output);
        printer.heading();
        conversation.client().onExit(session::wake);
        conversation.client().resume();
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (conversation.client().isAlive() && !interrupts.isRequested() && System.nanoTime() - end < 0) {
            session.poll(PAUSE, printer);
            output.flush();
        }
        session.detach();
        while (session.poll(Duration.ZERO, printer) > 0) {
            output.flush();
        }
        if (printer.messages() == 0) {
            throw new UserError(ExitCode.FAILED, "the conversation went by unseen",
                    "is this openssl linked with libssl.so? see: ldd $(command -v openssl)");
        }
        printer.systemCalls();
    }
}
