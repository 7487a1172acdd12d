package io.bpf4j.tools.common;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs a picocli command as every tool does: one line and a hint for what goes wrong, never a stack trace
 * (unless {@code --debug} or BPF4J_DEBUG=1 asks), and an {@link ExitCode}.
 */
public final class CommandRunner {

    /** Shows stack traces. */
    static final String DEBUG_OPTION = "--debug";

    private static final String DEBUG_VARIABLE = "BPF4J_DEBUG";

    private final CommandLine commandLine;
    private final Map<String, String> environment;

    /** Prepares a command for an environment. */
    public CommandRunner(Object command, Map<String, String> environment) {
        this.environment = environment;
        commandLine = new CommandLine(command);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setAbbreviatedOptionsAllowed(false);
        commandLine.setUsageHelpAutoWidth(false);
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(helpColors(environment)));
        commandLine.setParameterExceptionHandler((failure, arguments) -> usage(failure));
        commandLine.setExecutionExceptionHandler((failure, command2, result) -> report(command2, failure,
                result));
    }

    /** Runs a tool's {@code main} to the end of the process. */
    public static void main(Object command, String... arguments) {
        System.exit(new CommandRunner(command, System.getenv()).run(arguments));
    }

    /** Returns the command line, to be refined before {@link #run}. */
    public CommandLine commandLine() {
        return commandLine;
    }

    /** Runs the command and returns the number for the shell. */
    public int run(String... arguments) {
        try {
            return commandLine.execute(arguments);
        } catch (StackOverflowError | OutOfMemoryError failure) {
            return report(commandLine, failure, commandLine.getParseResult());
        }
    }

    private static Ansi helpColors(Map<String, String> environment) {
        return ColorMode.AUTO.enabled(Output.isTerminal(1), environment) ? Ansi.ON : Ansi.OFF;
    }

    private int usage(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        PrintWriter errors = command.getErr();
        errors.println(toolName() + ": " + messageOf(failure));
        String seeHelp = "see " + name + " --help";
        List<String> similar = similarTo(failure);
        errors.println("hint: " + (similar.isEmpty()
                ? seeHelp
                : "did you mean " + String.join(" or ", similar) + "? " + seeHelp));
        errors.flush();
        return ExitCode.USAGE.number();
    }

    private static String messageOf(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
                && !failure.getCommandLine().getSubcommands().isEmpty()) {
            return "unknown command '" + unmatched.getUnmatched().getFirst() + "'";
        }
        return sentence(failure.getMessage());
    }

    private static List<String> similarTo(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return List.of();
        }
        CommandSpec command = failure.getCommandLine().getCommandSpec();
        // An option's value may hang on it: --option=value.
        String word = unmatched.getUnmatched().getFirst().split("=", 2)[0];
        return Suggestions.nearest(word, unmatched.isUnknownOption()
                ? command.optionsMap().keySet()
                : command.subcommands().keySet());
    }

    private int report(CommandLine command, Throwable thrown, ParseResult options) {
        if (thrown instanceof ClosedOutput) {
            return ExitCode.OK.number();
        }
        UserError error = Failures.describe(thrown);
        PrintWriter errors = command.getErr();
        errors.println(toolName() + ": " + error.getMessage());
        if (!error.hint().isEmpty()) {
            errors.println("hint: " + error.hint());
        }
        String details = Failures.details(thrown);
        if (!details.isEmpty() && given(options, CommonOptions.VERBOSE)) {
            errors.println(details.stripTrailing());
        }
        if (given(options, DEBUG_OPTION) || "1".equals(environment.get(DEBUG_VARIABLE))) {
            thrown.printStackTrace(errors);
        }
        errors.flush();
        return error.exitCode().number();
    }

    /** Whether an option was given to the command that ran; what follows {@code --} belongs to another program. */
    private static boolean given(ParseResult options, String name) {
        ParseResult innermost = options;
        while (innermost != null && innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        return innermost != null && innermost.hasMatchedOption(name);
    }

    private String toolName() {
        return commandLine.getCommandName();
    }

    /** Our messages start in lower case and are one line; picocli's do not and are not always. */
    private static String sentence(String message) {
        String line = message.lines().findFirst().orElse("wrong command line").replace("option option",
                "option");
        return line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1);
    }
}
