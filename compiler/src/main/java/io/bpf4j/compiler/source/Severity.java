package io.bpf4j.compiler.source;

import java.util.Locale;

/** How bad it is. */
public enum Severity {
    /** Nothing is compiled. */
    ERROR,
    /** Probably not what was meant. */
    WARNING;

    /** Returns the word in messages. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
