package io.bpf4j.tools.sslsniff;

import io.bpf4j.loader.Session;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.Output;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Carries calls from a session to a printer until the user, or the last traced process, has had enough. */
final class Sniffer {

    /** How long to wait for calls before looking whether the traced processes still run. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Session session;
    private final Output output;
    private final LossReport losses;
    private final Optional<byte[]> comm;
    private final CallPrinter printer;
    private final CallAssembler assembler;
    private long lastLook;

    Sniffer(Session session, Output output, CallPrinter printer, LossReport losses, Optional<String> comm) {
        this.session = session;
        this.output = output;
        this.printer = printer;
        this.losses = losses;
        this.comm = comm.map(name -> name.getBytes(StandardCharsets.UTF_8));
        this.assembler = new CallAssembler(new CallLayout(session.unit()), this::show);
    }

    private void show(Call call) {
        if (comm.isEmpty() || call.isNamed(comm.get())) {
            printer.print(call);
        }
    }

    /**
     * Prints calls as they come, then detaches and prints those that are left.
     *
     * @return whether the traced processes have ended, and not the user's patience
     */
    boolean run(Interrupts interrupts) {
        interrupts.onRequest(session::wake);
        printer.header();
        output.flush();
        boolean ended = false;
        while (!interrupts.isRequested() && !ended) {
            ended = step();
        }
        session.detach();
        drain();
        assembler.flush();
        output.flush();
        return ended;
    }

    /** Takes what is there, or waits a while for it; returns whether nothing more can come. */
    private boolean step() {
        session.poll(PAUSE, assembler);
        output.flush();
        losses.update();
        long now = System.nanoTime();
        if (now - lastLook < PAUSE.toNanos()) {
            return false;
        }
        lastLook = now;
        assembler.flushOld();
        return session.targetsEnded();
    }

    private void drain() {
        int count;
        do {
            count = session.poll(Duration.ZERO, assembler);
        } while (count > 0);
    }
}
