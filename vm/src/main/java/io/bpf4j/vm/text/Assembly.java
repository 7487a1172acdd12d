package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.program.Reference;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the assembler made of a text.
 *
 * @param references the loads that name maps, by rising slot; in the instruction the descriptor is 0
 * @param labels the slot of each label, in the order of the text
 */
public record Assembly(List<Insn> instructions, List<Reference> references, Map<String, Integer> labels) {

    /** Copies the collections. */
    public Assembly {
        instructions = List.copyOf(instructions);
        references = List.copyOf(references);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
}
