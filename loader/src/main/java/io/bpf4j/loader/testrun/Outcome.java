package io.bpf4j.loader.testrun;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What became of a program that was offered to the kernel. */
public sealed interface Outcome {

    /**
     * The program ran.
     *
     * @param r0 all 64 bits of its result; of repeated runs, the last one's
     * @param memory the memory afterwards, as long as before
     * @param maps what the maps held afterwards, by name
     * @param nanoseconds the mean time of one run, where runs were repeated; else 0
     */
    record Finished(long r0, byte[] memory, Map<String, List<Entry>> maps, int nanoseconds)
            implements
                Outcome {

        /** Copies the map. */
        public Finished {
            maps = Map.copyOf(maps);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Finished that && r0 == that.r0 && Arrays.equals(memory, that.memory)
                    && maps.equals(that.maps) && nanoseconds == that.nanoseconds;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(r0);
        }
    }

    /**
     * The kernel does not load the program.
     *
     * @param reason why, one line: the verifier's last word, or the error number if it said nothing
     * @param log what the verifier wrote: the reason and statistics; slots in it count from the start of what was
     *        loaded, which has a few instructions before the program's own
     */
    record Refused(String reason, String log) implements Outcome {}

    /**
     * An entry of a map.
     *
     * @param key its key; empty for records of rings and elements of queues and stacks
     * @param value its value; for per-CPU kinds one after another, each at a multiple of 8 bytes
     */
    record Entry(byte[] key, byte[] value) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Entry that && Arrays.equals(key, that.key)
                    && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
        }
    }
}
