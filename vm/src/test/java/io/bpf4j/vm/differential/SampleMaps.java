package io.bpf4j.vm.differential;

import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The maps of generated programs: small, so that keys are met again, and that there is no room for all of them. */
public final class SampleMaps {

    /** Keys are numbers below this, half of which have no place. */
    static final int KEYS = 8;
    /** The bytes of a value. */
    static final int VALUE_BYTES = 16;

    private static final ArrayType VALUE = new ArrayType(IntType.U64, VALUE_BYTES / Long.BYTES);

    /** An array, and a hash table. */
    public static final List<MapSpec> SPECS = List.of(
            new MapSpec("array", MapKind.ARRAY, IntType.U32, VALUE, KEYS / 2, 0, new MapRole.Plain()),
            new MapSpec("hash", MapKind.HASH, IntType.U64, VALUE, KEYS / 2, 0, new MapRole.Plain()));

    private SampleMaps() {}

    /** Makes the instruction that names a map by its place in the list. */
    static Insn load(Register dst, int map) {
        return new LoadImmediate64(dst, Immediate64.MAP, map, 0);
    }

    /** Finds the instructions that name maps. */
    public static List<Reference> references(List<Insn> instructions) {
        List<Reference> references = new ArrayList<>();
        int slot = 0;
        for (Insn insn : instructions) {
            if (insn instanceof LoadImmediate64 load && load.kind() == Immediate64.MAP) {
                references.add(new Reference.ToMap(slot, SPECS.get(load.low()).name()));
            }
            slot += insn.slots();
        }
        return references;
    }

    /** Returns what maps hold, in hex and in an order of its own. */
    static SortedMap<String, String> contents(List<ArenaMap> maps) {
        SortedMap<String, String> contents = new TreeMap<>();
        maps.forEach(map -> map.entries((key, value) -> put(contents, map.spec().name(), key, value)));
        return contents;
    }

    /** Adds an entry of a map to such contents. */
    public static void put(SortedMap<String, String> contents, String map, byte[] key, byte[] value) {
        HexFormat hex = HexFormat.of();
        contents.put(map + "[" + hex.formatHex(key) + "]", hex.formatHex(value));
    }
}
