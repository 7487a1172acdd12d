package io.bpf4j.vm.program;

/**
 * A counter in the map of role {@link MapRole.Statistics}, or one that whoever runs the programs keeps by himself.
 *
 * @param index the key in that map, {@link #NO_KEY} for one that is not in it
 * @param program the program that counts, {@link #ANY_PROGRAM} if that cannot be told
 * @param subject the ring that had no room or the map that was full; empty for {@link Kind#MISSED}
 */
public record LossCounter(int index, String program, String subject, Kind kind) {

    /** The index of a counter that is not in the map. */
    public static final int NO_KEY = -1;
    /** The program of a counter that is of all programs together. */
    public static final String ANY_PROGRAM = "any probe";

    /** What happened. */
    public enum Kind {
        /** An event found no room in its ring. */
        LOST,
        /** An entry found no room in its map. */
        MAP_FULL,
        /** The probe was skipped: no memory was free for it, or one ran in its thread already. */
        MISSED
    }
}
