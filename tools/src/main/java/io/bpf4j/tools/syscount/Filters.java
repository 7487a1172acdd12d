package io.bpf4j.tools.syscount;

import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Suggestions;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.abi.SystemCalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which calls count, besides {@code -p} and commands: each narrows what the others leave. A picocli mixin. */
final class Filters {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = {"-t", "--tid"}, paramLabel = "TID", description = "count only this thread")
    private Integer thread;

    @Option(names = "--ppid", paramLabel = "PPID", description = "count only children of this process")
    private Integer parent;

    @Option(names = "--cgroup", paramLabel = "PATH",
            description = "count only processes in this control group (version 2) and in those below it")
    private Path controlGroup;

    @Option(names = "-c", paramLabel = "PPID|PATH", description = "a number as --ppid, a path as --cgroup")
    private String parentOrGroup;

    @Option(names = {"-x", "--failures"}, description = "count only calls that fail")
    private boolean failures;

    @Option(names = {"-e", "--errno"}, paramLabel = "ERRNO", converter = ErrorNumber.class,
            description = "count only calls that fail with this error: a number, or a name such as ENOENT")
    private Integer error;

    @Option(names = "--syscall", paramLabel = "NAME",
            description = "count only this call; may be given several times (-l lists the names)")
    private List<String> calls = new ArrayList<>();

    /** Takes {@code -c} apart and checks what picocli cannot. */
    void check(SystemCalls table) {
        if (parentOrGroup != null) {
            boolean number = parentOrGroup.matches("\\d{1,9}");
            if (number ? parent != null : controlGroup != null) {
                throw new ParameterException(spec.commandLine(),
                        number ? "-c and --ppid say the same thing" : "-c and --cgroup say the same thing");
            }
            if (number) {
                parent = Integer.valueOf(parentOrGroup);
            } else {
                controlGroup = Path.of(parentOrGroup);
            }
        }
        calls.forEach(name -> number(table, name));
    }

    private static int number(SystemCalls table, String name) {
        return table.number(name).orElseThrow(() -> {
            List<String> near = Suggestions.nearest(name, table.all().values());
            return new UserError(ExitCode.USAGE, "there is no system call '" + name + "'", near.isEmpty()
                    ? "-l lists them"
                    : "did you mean " + String.join(" or ", near) + "? -l lists them");
        });
    }

    /**
     * Returns the thread to watch for its end.
     *
     * @throws UserError with {@link ExitCode#NO_TARGET} if it, or the parent, is not there
     */
    Optional<ProcessWatch> watch() {
        if (parent != null) {
            watch(parent, "process");
        }
        return thread == null ? Optional.empty() : Optional.of(watch(thread, "thread"));
    }

    private static ProcessWatch watch(int id, String kind) {
        try {
            return ProcessWatch.of(id);
        } catch (NoSuchProcessException e) {
            throw new UserError(ExitCode.NO_TARGET, "there is no " + kind + " " + id);
        }
    }

    /**
     * Insists on filters that can be applied within a process.
     *
     * @throws UserError with {@link ExitCode#USAGE} if only the kernel knows what was asked for
     */
    void requireUserMode() {
        if (parent != null || controlGroup != null) {
            throw new UserError(ExitCode.USAGE, "in user mode nothing tells the "
                    + (parent != null ? "parent" : "control group") + " of a process",
                    "name the processes with -p, or use --mode kernel");
        }
    }

    OptionalInt thread() {
        return thread == null ? OptionalInt.empty() : OptionalInt.of(thread);
    }

    OptionalInt parent() {
        return parent == null ? OptionalInt.empty() : OptionalInt.of(parent);
    }

    Optional<Path> controlGroup() {
        return Optional.ofNullable(controlGroup);
    }

    boolean failures() {
        return failures;
    }

    OptionalInt error() {
        return error == null ? OptionalInt.empty() : OptionalInt.of(error);
    }

    /** Returns the names of the only calls to count; none for all. */
    List<String> calls() {
        return List.copyOf(calls);
    }
}
