package io.bpf4j.loader.feature;

/**
 * What probing for a feature found.
 *
 * @param state
 *            whether it can be used
 * @param explanation
 *            why not, in a few words with a hint; empty when it can
 */
public record Support(State state, String explanation) {
    /** Whether a feature can be used. */
    public enum State {
        /** It works. */
        AVAILABLE,
        /** This kernel does not have it. */
        MISSING,
        /** It may be there, but not for this user. */
        FORBIDDEN
    }

    static final Support AVAILABLE = new Support(State.AVAILABLE, "");

    /** Whether it works. */
    public boolean available() {
        return state == State.AVAILABLE;
    }
}
