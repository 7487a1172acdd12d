package io.bpf4j.tools.sslsniff;

import io.bpf4j.loader.Loss;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.Target;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.session.Machine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jsslsniff -p PID} in this process, on a thread of its own: for measuring what it costs. */
public final class Watch implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Path NOWHERE = Path.of("/dev/null");

    private final Session session;
    private final Thread thread;
    private final CallPrinter printer;
    private final CallAssembler assembler;
    private final Output output;
    private final LongConsumer reads;
    private volatile boolean closed;
    private volatile long losses;

    /** The command line without the command. */
    @Command
    private static final class Options {
        @Mixin
        private final SniffOptions sniff = new SniffOptions();
    }

    /**
     * Attaches to a process with the tool's own defaults, and prints all calls to nowhere.
     *
     * @param reads takes, on the other thread, when each call that received something ended: nanoseconds since boot
     *        without suspend
     */
    public Watch(Machine machine, int pid, ExecutionMode mode, LongConsumer reads) {
        this.reads = reads;
        Options options = new Options();
        new CommandLine(options).parseArgs();
        Selection selection = new Selection(options.sniff);
        session = machine.open(selection.tailor(SslSniff.PROBE.unit()),
                selection.places(List.of(Target.running(pid))), mode);
        try {
            new AttachmentReport(session.attachments(), options.sniff).requireAny();
            output = Output.file(NOWHERE);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
        printer = new TextPrinter(output, options.sniff);
        assembler = new CallAssembler(new CallLayout(session.unit()), this::take);
        thread = Thread.ofPlatform().name("watch").start(this::run);
    }

    private void take(Call call) {
        if (call.direction() == Direction.READ) {
            reads.accept(call.endNanoseconds());
        }
        printer.print(call);
    }

    private void run() {
        while (!closed) {
            session.poll(PAUSE, assembler);
            output.flush();
        }
        session.detach();
        while (session.poll(Duration.ZERO, assembler) > 0) {
            output.flush();
        }
        losses = session.losses().stream().mapToLong(Loss::count).sum();
        session.close();
    }

    /** Returns how many calls were lost; known when this is closed. */
    public long losses() {
        return losses;
    }

    /** Detaches, takes what is left, and ends the thread. */
    @Override
    public void close() {
        closed = true;
        session.wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        output.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
