package io.bpf4j.tools.common;

import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.feature.UnsupportedFeatureException;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessAccessException;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.vm.explain.Explanation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** The one place that says what an exception means to the user. */
final class Failures {

    private static final String REPORT = "this is a fault of the tool; --debug shows where, please report it";
    private static final String NEEDED = "this needs root, or CAP_BPF and CAP_PERFMON";

    private Failures() {}

    /** Returns the line, the hint and the exit code for anything that a tool let through. */
    static UserError describe(Throwable failure) {
        return switch (failure) {
            case UserError error -> error;
            case CompileException e -> error(ExitCode.USAGE, "the probe has mistakes\n"
                    + new DiagnosticPrinter(false).print(e.diagnostics()).stripTrailing(), "", e);
            case LoadException e -> refused(e);
            case NoSuchProcessException e ->
                error(ExitCode.NO_TARGET, "there is no process " + e.pid(), "", e);
            case ProcessAccessException e -> error(ExitCode.NO_PERMISSION, e.getMessage(), "", e);
            case InjectException e -> error(codeOf(e.reason()), e.getMessage(), "", e);
            case ElfException e -> error(ExitCode.NO_TARGET, e.getMessage(), "", e);
            case UnsupportedFeatureException e ->
                error(ExitCode.FAILED, e.getMessage(), "'bpf4j features' shows what this kernel can do", e);
            case SystemCallException e -> failedCall(e);
            case UncheckedIOException e -> describe(e.getCause());
            case NoSuchFileException e -> error(ExitCode.USAGE, e.getFile() + ": no such file", "", e);
            case AccessDeniedException e ->
                error(ExitCode.NO_PERMISSION, e.getFile() + ": permission denied", "", e);
            case IOException e -> error(ExitCode.FAILED, nameOf(e), "", e);
            case OutOfMemoryError e ->
                error(ExitCode.FAILED, "out of memory", "give Java more: BPF4J_JAVA_OPTIONS=-Xmx4g", e);
            default -> error(ExitCode.FAILED, "internal error: " + nameOf(failure), REPORT, failure);
        };
    }

    /** Returns what is too long for a line but wanted with {@code --verbose}: the verifier's log; or an empty text. */
    static String details(Throwable failure) {
        return failure instanceof LoadException e ? e.log() : "";
    }

    private static UserError refused(LoadException e) {
        String place = e.place()
                .map(line -> line.file() + ":" + line.line() + ":" + line.column() + ": ").orElse("");
        String source = e.explanation().map(Explanation::details).filter(details -> !details.isEmpty())
                .map(details -> "\n" + details.stripTrailing())
                .orElseGet(() -> e.place().map(line -> "\n    " + line.text().strip()).orElse(""));
        return error(e.notPermitted() ? ExitCode.NO_PERMISSION : ExitCode.FAILED,
                place + e.getMessage() + source, e.hint(), e);
    }

    private static ExitCode codeOf(InjectException.Reason reason) {
        return switch (reason) {
            case NO_SUCH_PROCESS, ZOMBIE -> ExitCode.NO_TARGET;
            case NOT_PERMITTED -> ExitCode.NO_PERMISSION;
            default -> ExitCode.ATTACH_FAILED;
        };
    }

    private static UserError failedCall(SystemCallException e) {
        return switch (e.errno()) {
            case EPERM, EACCES -> error(ExitCode.NO_PERMISSION, e.getMessage(), NEEDED, e);
            case ESRCH -> error(ExitCode.NO_TARGET, e.getMessage(), "has the process ended?", e);
            case EMFILE, ENFILE ->
                error(ExitCode.FAILED, e.getMessage(), "raise the limit of open files: ulimit -n", e);
            default -> error(ExitCode.FAILED, e.getMessage(), "", e);
        };
    }

    private static UserError error(ExitCode code, String message, String hint, Throwable cause) {
        return new UserError(code, message, hint, cause);
    }

    private static String nameOf(Throwable failure) {
        String message = failure.getMessage();
        String kind = failure.getClass().getSimpleName();
        return message == null ? kind : kind + ": " + message.lines().findFirst().orElse("");
    }
}
