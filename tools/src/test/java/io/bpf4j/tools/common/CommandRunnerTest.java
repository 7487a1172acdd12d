package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class CommandRunnerTest {

    /** A tool that fails as it is told. */
    @Command(name = "jtool", mixinStandardHelpOptions = true)
    static final class Tool implements Runnable {
        @Mixin
        private CommonOptions common;
        @Mixin
        private DurationOption duration;
        private final RuntimeException failure;

        Tool(RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        public void run() {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private record Result(int code, String errors) {}

    private static Result run(Tool tool, Map<String, String> environment, String... arguments) {
        StringWriter errors = new StringWriter();
        CommandRunner runner = new CommandRunner(tool, environment);
        runner.commandLine().setErr(new PrintWriter(errors));
        return new Result(runner.run(arguments), errors.toString());
    }

    private static Result run(RuntimeException failure, String... arguments) {
        return run(new Tool(failure), Map.of(), arguments);
    }

    @Test
    void successIsZeroAndSilent() {
        assertEquals(new Result(0, ""), run((RuntimeException) null, "--format", "json", "-v"));
    }

    @Test
    void userErrorsAreALineAndAHint() {
        assertEquals(new Result(3, "jtool: no process 7\nhint: see ps\n"),
                run(new UserError(ExitCode.NO_TARGET, "no process 7", "see ps")));
    }

    @Test
    void unknownOptionsAreComparedWithTheKnown() {
        assertEquals(new Result(2, "jtool: unknown option: '--fromat=json'\n"
                + "hint: did you mean --format? see jtool --help\n"),
                run((RuntimeException) null, "--fromat=json"));
    }

    @Test
    void wrongValuesAreUsageErrors() {
        for (String wrong : new String[]{"--format=xml", "--color=red", "-d=0", "-d=x", "-d=-1", "-d=1e9",
            "--duration"}) {
            Result result = run((RuntimeException) null, wrong);
            assertEquals(2, result.code(), wrong);
            assertEquals(2, result.errors().lines().count(), result.errors());
            assertTrue(result.errors().startsWith("jtool: "), result.errors());
            assertTrue(result.errors().endsWith("hint: see jtool --help\n"), result.errors());
        }
    }

    @Test
    void closedOutputIsAnOrdinaryEnd() {
        assertEquals(new Result(0, ""), run(new ClosedOutput()));
    }

    @Test
    void ourOwnFaultsAreOneLineWithoutATrace() {
        Result result = run(new IllegalStateException("fd 3\nand more"));
        assertEquals(1, result.code());
        assertTrue(result.errors().startsWith("jtool: internal error: IllegalStateException: fd 3\nhint: "));
        assertEquals(2, result.errors().lines().count());
    }

    @Test
    void debugShowsTheTrace() {
        RuntimeException failure = new UserError(ExitCode.ATTACH_FAILED, "busy");
        assertFalse(run(failure).errors().contains("\tat "));
        assertTrue(run(failure, "--debug").errors().contains("\tat "));
        assertTrue(run(new Tool(failure), Map.of("BPF4J_DEBUG", "1")).errors().contains("\tat "));
        assertEquals(5, run(failure).code());
    }

    @Test
    void durationsAreSecondsUnlessAUnitFollows() {
        Map<String, Duration> expected = Map.of("10", Duration.ofSeconds(10), "1.5s", Duration.ofMillis(1500),
                "500ms", Duration.ofMillis(500), "2m", Duration.ofMinutes(2), "1h", Duration.ofHours(1));
        expected.forEach((text, duration) -> {
            Tool tool = new Tool(null);
            assertEquals(0, run(tool, Map.of(), "-d", text).code());
            assertEquals(Optional.of(duration), tool.duration.duration());
        });
    }

    @Test
    void coloursFollowTheTerminalAndTheEnvironment() {
        assertTrue(ColorMode.AUTO.enabled(true, Map.of("TERM", "xterm", "NO_COLOR", "")));
        assertFalse(ColorMode.AUTO.enabled(true, Map.of("TERM", "xterm", "NO_COLOR", "1")));
        assertFalse(ColorMode.AUTO.enabled(true, Map.of("TERM", "dumb")));
        assertFalse(ColorMode.AUTO.enabled(false, Map.of()));
        assertTrue(ColorMode.ALWAYS.enabled(false, Map.of("NO_COLOR", "1")));
        assertFalse(ColorMode.NEVER.enabled(true, Map.of()));
    }
}
