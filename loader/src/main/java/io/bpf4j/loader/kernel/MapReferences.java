package io.bpf4j.loader.kernel;

import io.bpf4j.loader.sys.Fd;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.program.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Puts the descriptors of maps into the instructions that name them. */
public final class MapReferences {

    private MapReferences() {}

    /**
     * Returns the instructions with descriptors in place of names.
     *
     * @param references which instructions name maps, by slot
     * @param maps gives the descriptor of a map by name
     */
    public static List<Insn> resolve(List<Insn> instructions, List<Reference> references,
            Function<String, Fd> maps) {
        Map<Integer, Reference> bySlot = new HashMap<>();
        references.forEach(reference -> bySlot.put(reference.slot(), reference));
        List<Insn> resolved = new ArrayList<>(instructions.size());
        int slot = 0;
        for (Insn insn : instructions) {
            Reference reference = bySlot.get(slot);
            resolved.add(reference == null ? insn : resolve((Insn.LoadImmediate64) insn, reference, maps));
            slot += insn.slots();
        }
        return resolved;
    }

    private static Insn resolve(Insn.LoadImmediate64 insn, Reference reference, Function<String, Fd> maps) {
        int map = maps.apply(reference.map()).number();
        return reference instanceof Reference.ToMapValue value
                ? new Insn.LoadImmediate64(insn.dst(), Immediate64.MAP_VALUE, map, value.offset())
                : new Insn.LoadImmediate64(insn.dst(), Immediate64.MAP, map, 0);
    }
}
