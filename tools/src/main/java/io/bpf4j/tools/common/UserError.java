package io.bpf4j.tools.common;

/**
 * Something that the user can mend: one lower-case sentence and, if there is one, a hint at the remedy.
 *
 * <p>{@link CommandRunner} prints it as {@code tool: message} and {@code hint: ...}, and never a stack trace.
 */
public final class UserError extends RuntimeException {

    private final ExitCode exitCode;
    private final String hint;

    /** Makes an error without a hint. */
    public UserError(ExitCode exitCode, String message) {
        this(exitCode, message, "");
    }

    /** Makes an error; {@code hint} may be empty. */
    public UserError(ExitCode exitCode, String message, String hint) {
        this(exitCode, message, hint, null);
    }

    /** Makes an error; {@code cause} is shown with {@code --debug} only and may be null. */
    public UserError(ExitCode exitCode, String message, String hint, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    /** Returns the code that the tool ends with. */
    public ExitCode exitCode() {
        return exitCode;
    }

    /** Returns what the user can do, or an empty text. */
    public String hint() {
        return hint;
    }
}
