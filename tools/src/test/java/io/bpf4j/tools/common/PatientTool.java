package io.bpf4j.tools.common;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A process for {@link InterruptsTest}: waits, or prints without end, and cleans up when asked to stop. */
@Command(name = "patient")
final class PatientTool implements Runnable {

    @Parameters
    private String manner;

    public static void main(String[] arguments) {
        CommandRunner.main(new PatientTool(), arguments);
    }

    @Override
    public void run() {
        Interrupts interrupts = Interrupts.install();
        try (Output output = Output.standard()) {
            output.text("ready").line().flush();
            switch (manner) {
                case "wait" -> {
                    interrupts.await(Duration.ofHours(1));
                    output.text("summary").line();
                }
                case "print" -> {
                    while (!interrupts.isRequested()) {
                        output.text("an event").line();
                    }
                }
                default -> {
                    interrupts.onRequest(() -> output.text("asked").line().flush());
                    while (true) {
                        LockSupport.park();
                    }
                }
            }
        } finally {
            System.err.println("cleaned up");
        }
    }
}
