package io.bpf4j.tools.common;

import java.util.Locale;

/** Who reads the output: a person or a program. */
public enum OutputFormat {
    TEXT,
    /** One JSON object a line. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
