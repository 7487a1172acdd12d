package io.bpf4j.tools.session;

import io.bpf4j.loader.Target;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A command that is started to be traced: it waits, stopped, before its first instruction until it is told to run,
 * and has this process's standard streams. Closing ends it if it still runs.
 */
public final class StartedCommand implements AutoCloseable {
    private static final int CONTINUE = 18; // SIGCONT, include/uapi/asm-generic/signal.h
    private static final long STOP_CHECK_NANOSECONDS = 200_000;
    private static final long STOP_DEADLINE_SECONDS = 10;
    private static final long END_DEADLINE_SECONDS = 5;

    private final Kernel kernel;
    private final Process process;
    private final MappedFile executable;

    private StartedCommand(Kernel kernel, Process process, MappedFile executable) {
        this.kernel = kernel;
        this.process = process;
        this.executable = executable;
    }

    /**
     * Starts a command, stopped.
     *
     * @throws UserError if there is no such program
     */
    public static StartedCommand start(Kernel kernel, List<String> command) {
        MappedFile executable = ExecutableFinder.ofEnvironment().find(command.getFirst())
                .orElseThrow(
                        () -> new UserError(ExitCode.NO_TARGET, "there is no program " + command.getFirst()));
        // A shell that stops itself and then becomes the command: the process id stays.
        List<String> stopped = new ArrayList<>(List.of("/bin/sh", "-c", "kill -STOP $$; exec \"$@\"", "sh"));
        stopped.addAll(command);
        try {
            Process process = new ProcessBuilder(stopped).inheritIO().start();
            StartedCommand started = new StartedCommand(kernel, process, executable);
            started.awaitStop();
            return started;
        } catch (IOException e) {
            throw new UserError(ExitCode.FAILED,
                    "cannot start " + command.getFirst() + ": " + e.getMessage());
        }
    }

    private void awaitStop() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_DEADLINE_SECONDS);
        while (!state().filter(state -> state == 'T').isPresent()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                close();
                throw new UserError(ExitCode.FAILED, "the command could not be held before its start");
            }
            LockSupport.parkNanos(STOP_CHECK_NANOSECONDS);
        }
    }

    /** The third field of /proc/PID/stat, after the name in parentheses. */
    private Optional<Character> state() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return Optional.of(stat.charAt(stat.lastIndexOf(')') + 2));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns the process to trace. */
    public Target target() {
        return new Target((int) process.pid(), Optional.of(Path.of(executable.path())));
    }

    /** Lets the command run. */
    public void resume() {
        try (Fd handle = kernel.openProcess((int) process.pid())) {
            kernel.sendSignal(handle, CONTINUE);
        } catch (SystemCallException e) {
            throw new UserError(ExitCode.FAILED, "cannot let the command run: " + e.getMessage());
        }
    }

    /** Returns whether the command still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Calls something, on some thread, when the command has ended. */
    public void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroyForcibly();
            try {
                process.waitFor(END_DEADLINE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
