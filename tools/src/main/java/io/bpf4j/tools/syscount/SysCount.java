package io.bpf4j.tools.syscount;

import io.bpf4j.compiler.check.CheckOptions.TracepointAccess;
import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.DurationOption;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.VersionProvider;
import io.bpf4j.tools.session.TargetOptions;
import io.bpf4j.tools.session.ToolProbe;
import io.bpf4j.vm.abi.SystemCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Counts system calls and how long they take, by call or by process, until Ctrl-C, the end of a duration, or the end of
 * the last traced process.
 *
 * <p>A call counts when it returns, so {@code exit} and {@code exit_group} never do. A command counts from the
 * {@code execve} that starts it, that one included.
 */
@Command(name = "jsyscount", versionProvider = VersionProvider.class, sortOptions = false,
        addMethodSubcommands = false,
        abbreviateSynopsis = true,
        description = "Counts system calls, and how long they take, by call or by process.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  jsyscount -i 1                     the ten most frequent calls of each second",
            "  jsyscount -L -p 1234               the calls that take a process the longest",
            "  jsyscount -P -x -d 10              which processes have calls that fail",
            "  jsyscount -e ENOENT --syscall openat -P",
            "  jsyscount -c /sys/fs/cgroup/web.slice --format json",
            "  jsyscount -T 50 -- ls -l"})
public final class SysCount implements Runnable {
    /** Its probe, as it is used unless the user asks for the other kind of tracepoints. */
    public static final ToolProbe PROBE = new ToolProbe(SysCount.class, "jsyscount",
            () -> CallProbe.options(TracepointAccess.RAW));

    @Spec
    private CommandSpec spec;

    @Mixin
    private TargetOptions targets;

    @Mixin
    private Filters filters;

    @Mixin
    private View view;

    @Mixin
    private DurationOption duration;

    @Mixin
    private CommonOptions common;

    @Option(names = {"-l", "--list"}, description = "print the names of all system calls and end")
    private boolean list;

    @Option(names = "--exec", paramLabel = "COMMAND", arity = "1..*",
            parameterConsumer = AllThatFollows.class,
            description = "as -- COMMAND; the last option")
    private List<String> command = new ArrayList<>();

    @Mixin
    private ExecutionMode.Choice mode;

    @Option(names = "--tracepoints", paramLabel = "KIND", hidden = true, defaultValue = "raw",
            description = "how the probe reads the tracepoints: ${COMPLETION-CANDIDATES}")
    private TracepointAccess access = TracepointAccess.RAW;

    @Option(names = "--ebpf", description = "print the probe and end")
    private boolean printProbe;

    @Option(names = {"-h", "-?", "--help", "--usage"}, usageHelp = true,
            description = "print this help and end")
    private boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "print the version and end")
    private boolean version;

    /** An option that takes the rest of the command line, options of the command included. */
    static final class AllThatFollows implements IParameterConsumer {
        @Override
        public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
            if (arguments.isEmpty()) {
                throw new ParameterException(command.commandLine(), "--exec needs a command");
            }
            List<String> words = option.getValue();
            while (!arguments.isEmpty()) {
                words.add(arguments.pop());
            }
        }
    }

    /** Runs the command line. */
    public static void main(String[] arguments) {
        PROBE.begin();
        CommandRunner.main(new SysCount(), arguments);
    }

    @Override
    public void run() {
        SystemCalls table = SystemCalls.ofThisMachine();
        filters.check(table);
        view.check();
        try (Output output = common.open()) {
            if (list) {
                TextReport.list(output, table);
            } else if (printProbe) {
                output.text(PROBE.source().text());
            } else {
                trace(output, table);
            }
        }
    }

    private void trace(Output output, SystemCalls table) {
        List<String> words = new ArrayList<>(targets.command());
        words.addAll(command);
        if (!words.isEmpty() && filters.thread().isPresent()) {
            throw new ParameterException(spec.commandLine(),
                    "-t chooses a thread, so no command can be counted");
        }
        Report report = common.json()
                ? new JsonReport(output, view, table)
                : new TextReport(output, view, filters, table);
        new Tracing(filters, view, table, report, common.verbose()).run(access, targets.pids(), words,
                duration.duration(), mode.wanted());
    }
}
