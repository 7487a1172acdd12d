package io.bpf4j.tools.common;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that every tool has, as a picocli mixin. */
public final class CommonOptions {

    /** Says more. */
    static final String VERBOSE = "--verbose";

    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "text",
            description = "how to print: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private OutputFormat format = OutputFormat.TEXT;

    @Option(names = "--output", paramLabel = "FILE",
            description = "write to FILE, readable by its owner only, instead of standard output")
    private Path file;

    @Option(names = {"-v", VERBOSE}, description = "say more, on standard error")
    private boolean verbose;

    @Option(names = "--color", paramLabel = "WHEN", defaultValue = "auto",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}: on a terminal)")
    private ColorMode color = ColorMode.AUTO;

    @Option(names = CommandRunner.DEBUG_OPTION, description = "show where an error came from")
    private boolean debug;

    /** Returns the form of the output. */
    public OutputFormat format() {
        return format;
    }

    /** Returns whether programs read the output. */
    public boolean json() {
        return format == OutputFormat.JSON;
    }

    /** Returns whether the user wants details. */
    public boolean verbose() {
        return verbose;
    }

    /** Returns whether the user wants the traces of errors. */
    public boolean debug() {
        return debug;
    }

    /** Opens what the tool writes to; the caller closes it. */
    public Output open() {
        return file == null ? Output.standard() : Output.file(file);
    }

    /** Returns whether text for {@code output} carries colours. */
    public boolean colored(Output output) {
        return color.enabled(output.isTerminal(), System.getenv());
    }
}
