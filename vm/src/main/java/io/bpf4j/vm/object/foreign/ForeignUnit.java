package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was in an object that somebody else's compiler made.
 *
 * @param traits by the program's name
 * @param sections the names of the programs' sections, by the program's name
 * @param pinned the maps that libbpf would share under {@code /sys/fs/bpf}; here they are maps like any other
 * @param notes what the kernel lacks and what was passed over, one lower-case sentence each
 */
public record ForeignUnit(ProgramUnit unit, Map<String, LoadTraits> traits,
        Map<String, String> sections, Set<String> pinned, List<String> notes) {

    /** Copies the collections. */
    public ForeignUnit {
        traits = Map.copyOf(traits);
        sections = Map.copyOf(sections);
        pinned = Set.copyOf(pinned);
        notes = List.copyOf(notes);
    }
}
