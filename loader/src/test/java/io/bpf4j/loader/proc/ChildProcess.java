package io.bpf4j.loader.proc;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of our own that lives until it is closed, and runs its program when it is handed out. */
final class ChildProcess implements AutoCloseable {

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /** Starts a program that soon sleeps, and waits until it does. */
    static ChildProcess start(String... command) throws IOException {
        return new ChildProcess(launch(command)).awaitProgram(command[0]);
    }

    /** Starts a program that writes a line when it is ready. */
    static ChildProcess startAndAwaitLine(String... command) throws IOException {
        var child = new ChildProcess(launch(command));
        BufferedReader output = child.process.inputReader();
        if (output.readLine() == null) {
            throw new AssertionError(List.of(command) + " ended without a word");
        }
        return child;
    }

    private static Process launch(String... command) throws IOException {
        return new ProcessBuilder(new ArrayList<>(List.of(command)))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** The dynamic linker has done its work when the program sleeps in a system call of its own with libc mapped. */
    private ChildProcess awaitProgram(String program) {
        String name = Path.of(program).getFileName().toString();
        while (!ready(name)) {
            if (!process.isAlive()) {
                throw new AssertionError(program + " ended at once");
            }
            Thread.onSpinWait();
        }
        return this;
    }

    private boolean ready(String name) {
        ProcessStat stat = ProcessStat.of(pid());
        return stat.comm().equals(name) && stat.state() == 'S' && MemoryMaps.of(pid()).codeFiles().size() > 2;
    }

    int pid() {
        return (int) process.pid();
    }

    Process process() {
        return process;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
