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
                description = "where the probes run: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
        private ExecutionMode mode = AUTO;

        /**
         * Returns the mode to run in.
         *
         * @throws UserError with {@link ExitCode#USAGE} if it is one that this version does not have
         */
        public ExecutionMode resolved() {
            if (mode == USER) {
                throw new UserError(ExitCode.USAGE, "--mode user is not in this version",
                        "use --mode kernel, or leave it out");
            }
            return KERNEL;
        }
    }
}
