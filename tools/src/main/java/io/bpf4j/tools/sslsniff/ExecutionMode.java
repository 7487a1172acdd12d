package io.bpf4j.tools.sslsniff;

import java.util.Locale;

/** Where probes are to run. */
enum ExecutionMode {
    /** The best that there is here. */
    AUTO,
    KERNEL,
    USER;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
