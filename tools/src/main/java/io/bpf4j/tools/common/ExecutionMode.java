package io.bpf4j.tools.common;

import java.util.Locale;
import picocli.CommandLine.Option;

/** Where probes are to run. */
public enum ExecutionMode {
    /** The best that there is here. */
    AUTO,
    /** In the kernel. */
    KERNEL,
    /** In the traced process. */
    USER;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@code --mode}, as a picocli mixin. */
    public static final class Choice {
        @Option(names = "--mode", paramLabel = "MODE", defaultValue = "auto",
                description = "where the probes run: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, the kernel"
                        + " if that is permitted, else the traced process)")
        private ExecutionMode mode = AUTO;

        @Option(names = "--follow",
                description = "in user mode, go on with a process that becomes another program (execve);"
                        + " always so for -- COMMAND")
        private boolean follow;

        /** Returns whether a process is traced on that becomes another program. */
        public boolean follow() {
            return follow;
        }

        /** Returns what was asked for, {@link #AUTO} if nothing was. */
        public ExecutionMode wanted() {
            return mode;
        }
    }
}
