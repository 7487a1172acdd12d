package io.bpf4j.tools.session;

import io.bpf4j.loader.Target;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which processes to trace: {@code -p PID}, several times if need be, or a command to start. A picocli mixin. */
public final class TargetOptions {

    @Option(names = {"-p", "--pid"}, paramLabel = "PID",
            description = "trace this process; may be given several times")
    private List<Integer> pids = new ArrayList<>();

    @Parameters(arity = "0..*", paramLabel = "-- COMMAND", description = "start this command and trace it")
    private List<String> command = new ArrayList<>();

    /** Returns the processes that were named. */
    public List<Integer> pids() {
        return List.copyOf(pids);
    }

    /** Returns whether no process was named, and no command. */
    public boolean isEmpty() {
        return pids.isEmpty() && command.isEmpty();
    }

    /** Returns the command to start, or nothing. */
    public List<String> command() {
        return List.copyOf(command);
    }

    /**
     * Starts the command, if there is one; it is stopped until it is resumed.
     *
     * @throws UserError if the command cannot be started
     */
    public Optional<StartedCommand> start(Kernel kernel) {
        return command.isEmpty() ? Optional.empty() : Optional.of(StartedCommand.start(kernel, command));
    }

    /**
     * Returns every process to trace.
     *
     * @throws UserError with {@link ExitCode#NO_TARGET} if one does not run
     */
    public List<Target> targets(Optional<StartedCommand> started) {
        return targets(pids, started);
    }

    /**
     * Returns every process to trace.
     *
     * @throws UserError with {@link ExitCode#NO_TARGET} if one does not run
     */
    public static List<Target> targets(List<Integer> pids, Optional<StartedCommand> started) {
        List<Target> targets = new ArrayList<>();
        for (int pid : pids) {
            try {
                ProcessWatch.of(pid);
            } catch (NoSuchProcessException e) {
                throw new UserError(ExitCode.NO_TARGET, "there is no process " + pid);
            }
            targets.add(Target.running(pid));
        }
        started.ifPresent(process -> targets.add(process.target()));
        return targets;
    }
}
