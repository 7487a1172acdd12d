package io.bpf4j.tools.common;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** The one place that says what an exception means to the user. */
final class Failures {

    private static final String REPORT = "this is a fault of the tool; --debug shows where, please report it";

    private Failures() {}

    /** Returns the line, the hint and the exit code for anything that a tool let through. */
    static UserError describe(Throwable failure) {
        return switch (failure) {
            case UserError error -> error;
            case NoSuchFileException e ->
                new UserError(ExitCode.USAGE, e.getFile() + ": no such file", "", e);
            case AccessDeniedException e ->
                new UserError(ExitCode.NO_PERMISSION, e.getFile() + ": permission denied", "", e);
            case OutOfMemoryError e -> new UserError(ExitCode.FAILED, "out of memory",
                    "give Java more: BPF4J_JAVA_OPTIONS=-Xmx4g", e);
            default -> new UserError(ExitCode.FAILED, "internal error: " + nameOf(failure), REPORT, failure);
        };
    }

    private static String nameOf(Throwable failure) {
        String message = failure.getMessage();
        String kind = failure.getClass().getSimpleName();
        return message == null ? kind : kind + ": " + message.lines().findFirst().orElse("");
    }
}
