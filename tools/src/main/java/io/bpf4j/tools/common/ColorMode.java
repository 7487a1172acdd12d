package io.bpf4j.tools.common;

import java.util.Locale;
import java.util.Map;

/** Whether text carries colours. */
public enum ColorMode {
    /** On a terminal, unless NO_COLOR (https://no-color.org) is set or TERM is {@code dumb}. */
    AUTO,
    ALWAYS,
    NEVER;

    /** Decides for an output that is a terminal or not, in an environment. */
    public boolean enabled(boolean terminal, Map<String, String> environment) {
        return switch (this) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO -> terminal && environment.getOrDefault("NO_COLOR", "").isEmpty()
                    && !"dumb".equals(environment.get("TERM"));
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
