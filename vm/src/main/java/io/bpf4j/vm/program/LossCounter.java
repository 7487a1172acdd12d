package io.bpf4j.vm.program;

/**
 * A counter in the map of role {@link MapRole.Statistics}.
 *
 * @param index the key in that map
 * @param program the program that counts
 * @param subject the ring that had no room or the map that was full; empty for {@link Kind#MISSED}
 */
public record LossCounter(int index, String program, String subject, Kind kind) {

    /** What happened. */
    public enum Kind {
        /** An event found no room in its ring. */
        LOST,
        /** An entry found no room in its map. */
        MAP_FULL,
        /** The probe was skipped: no scratch memory was free. */
        MISSED
    }
}
