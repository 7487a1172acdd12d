package io.bpf4j.tools.session;

import io.bpf4j.loader.Target;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.inject.ProgramStart;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    /**
     * A shell that stays the parent, as a child of the JVM cannot be traced by it (the JVM's waitpid takes a stop for
     * the end), passes the exit status on and says nothing itself; in it one that stops itself and then becomes the
     * command.
     */
    private static final List<String> SHELLS = List.of("/bin/sh", "-c",
            "exec 3>&2 2>/dev/null; /bin/sh -c 'exec 2>&3 3>&-; kill -STOP $$; exec \"$@\"' sh \"$@\"; exit $?",
            "sh");

    private final Kernel kernel;
    private final Process shell;
    private final MappedFile executable;
    private ProcessHandle process;
    private boolean begun;

    private StartedCommand(Kernel kernel, Process shell, MappedFile executable) {
        this.kernel = kernel;
        this.shell = shell;
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
        List<String> stopped = new ArrayList<>(SHELLS);
        stopped.addAll(command);
        try {
            Process shell = new ProcessBuilder(stopped).inheritIO().start();
            StartedCommand started = new StartedCommand(kernel, shell, executable);
            started.awaitStop();
            return started;
        } catch (IOException e) {
            throw new UserError(ExitCode.FAILED,
                    "cannot start " + command.getFirst() + ": " + e.getMessage());
        }
    }

    private void awaitStop() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_DEADLINE_SECONDS);
        while (!isStopped()) {
            if (!shell.isAlive() || System.nanoTime() - deadline > 0) {
                close();
                throw new UserError(ExitCode.FAILED, "the command could not be held before its start");
            }
            LockSupport.parkNanos(STOP_CHECK_NANOSECONDS);
        }
    }

    private boolean isStopped() {
        if (process == null) {
            process = shell.children().findFirst().orElse(null);
        }
        return process != null && state().filter(state -> state == 'T').isPresent();
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

    private int pid() {
        return (int) process.pid();
    }

    /**
     * Makes it ready for probes of a mode: those of user mode need the program and its libraries in memory, so that it
     * is led on to the first instruction of its own.
     *
     * @throws UserError if it does not get there
     */
    public void prepareFor(ExecutionMode mode) {
        if (mode != ExecutionMode.USER) {
            return;
        }
        try (Tracer tracer = new Tracer(kernel)) {
            ProgramStart.reach(tracer, pid(), Duration.ofSeconds(STOP_DEADLINE_SECONDS));
            begun = true;
        } catch (InjectException e) {
            throw new UserError(
                    e.reason() == Reason.NOT_PERMITTED ? ExitCode.NO_PERMISSION : ExitCode.NO_TARGET,
                    "cannot start " + executable.path() + ": " + e.getMessage(), "", e);
        }
    }

    /** Returns the process to trace. */
    public Target target() {
        return begun ? Target.running(pid()) : new Target(pid(), Optional.of(Path.of(executable.path())));
    }

    /** Lets the command run. */
    public void resume() {
        try (Fd handle = kernel.openProcess(pid())) {
            kernel.sendSignal(handle, CONTINUE);
        } catch (SystemCallException e) {
            throw new UserError(ExitCode.FAILED, "cannot let the command run: " + e.getMessage());
        }
    }

    /** Returns whether the command still runs. */
    public boolean isAlive() {
        return shell.isAlive();
    }

    /** Calls something, on some thread, when the command has ended. */
    public void onExit(Runnable action) {
        shell.onExit().thenRun(action);
    }

    @Override
    public void close() {
        if (shell.isAlive()) {
            if (process == null) {
                shell.destroyForcibly();
            } else {
                process.destroyForcibly(); // and the shell ends
            }
            try {
                if (!shell.waitFor(END_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    shell.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
