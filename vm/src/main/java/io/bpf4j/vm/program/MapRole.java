package io.bpf4j.vm.program;

import io.bpf4j.vm.type.Type;
import java.util.List;

/** What a map is for, which decides who reads it and how it is shown. */
public sealed interface MapRole {

    /** A map of the probe's author; shown at the end of a run. */
    record Plain() implements MapRole {}

    /**
     * Counts per power of two: the value is an array of 65 {@code u64}; bucket 0 counts zero, bucket i the
     * numbers
     * of i significant bits. Negative numbers count in bucket 0.
     */
    record Log2Histogram() implements MapRole {}

    /** Counts per step: bucket 0 is below {@code minimum}, the last one at or above {@code maximum}. */
    record LinearHistogram(long minimum, long maximum, long step) implements MapRole {}

    /** A ring or perf buffer whose records have one type, declared by the author; void if the author declared none. */
    record Events(Type record) implements MapRole {}

    /**
     * The ring of {@code printf} and of {@code print(map)}, {@code clear(map)}, {@code exit()}; records are
     * {@link OutputSite}s'.
     */
    record Output() implements MapRole {}

    /**
     * An array of one value that holds global variables; the initial bytes are {@link MapSpec#initialData}.
     */
    record Globals(Section section) implements MapRole {
        /** Which of the object file's sections the bytes come from. */
        public enum Section {
            DATA(".data"),
            READ_ONLY(".rodata"),
            ZERO(".bss");

            private final String sectionName;

            Section(String sectionName) {
                this.sectionName = sectionName;
            }

            /** Returns the name in an object file. */
            public String sectionName() {
                return sectionName;
            }
        }
    }

    /** Per-CPU counters of what was lost: {@link LossCounter} says which is which. */
    record Statistics() implements MapRole {}

    /** Room for locals that do not fit the stack. */
    record Scratch() implements MapRole {}

    /**
     * Its values are other maps.
     *
     * @param inner what each of them is like; not a map of the unit
     * @param first the maps of the unit that it has from the start
     */
    record Outer(MapSpec inner, List<Slot> first) implements MapRole {
        /** Copies the list. */
        public Outer {
            first = List.copyOf(first);
        }
    }

    /** Its values are programs of the unit, for tail calls. */
    record Programs(List<Slot> first) implements MapRole {
        /** Copies the list. */
        public Programs {
            first = List.copyOf(first);
        }
    }

    /**
     * An element of an array.
     *
     * @param name of a map or program of the unit
     */
    record Slot(int index, String name) {}
}
