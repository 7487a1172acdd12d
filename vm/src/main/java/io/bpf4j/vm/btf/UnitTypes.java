package io.bpf4j.vm.btf;

import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A unit's maps, globals and programs in one {@link BtfBuilder}.
 *
 * @param maps key and value of each map, by the map's name
 * @param programs by the program's name
 */
public record UnitTypes(Map<String, MapTypes> maps, Map<String, ProgramDebugInfo> programs) {

    /** The ids to create a map with; 0 and 0 where the kernel takes none. */
    public record MapTypes(int key, int value) {
        static final MapTypes NONE = new MapTypes(0, 0);
    }

    /** Adds everything of a unit to a builder. */
    public static UnitTypes add(BtfBuilder builder, ProgramUnit unit) {
        Map<String, MapTypes> maps = new LinkedHashMap<>();
        Map<String, String> sections = sectionNames(unit);
        for (MapSpec map : unit.maps()) {
            maps.put(map.name(), map.role() instanceof MapRole.Globals
                    ? dataSection(builder, unit, map, sections.get(map.name()))
                    : mapTypes(builder, map));
        }
        unit.types().forEach(builder::add);
        Map<String, ProgramDebugInfo> programs = new LinkedHashMap<>();
        for (Program program : unit.programs()) {
            programs.put(program.name(), ProgramDebugInfo.add(builder, program));
        }
        return new UnitTypes(maps, programs);
    }

    /**
     * Returns the section of an object file that holds each map of globals, by the map's name: the first of each
     * kind has the plain name, a further one {@code .data.NAME} or {@code .rodata.NAME}.
     */
    public static Map<String, String> sectionNames(ProgramUnit unit) {
        Map<String, String> names = new LinkedHashMap<>();
        Set<String> taken = new HashSet<>();
        for (MapSpec map : unit.maps()) {
            if (map.role() instanceof MapRole.Globals globals) {
                String plain = globals.section().sectionName();
                if (!taken.add(plain)) {
                    // libbpf knows one .bss only.
                    plain = globals.section() == MapRole.Globals.Section.ZERO
                            ? MapRole.Globals.Section.DATA.sectionName()
                            : plain;
                    plain = plain + "." + Names.identifier(map.name());
                    taken.add(plain);
                }
                names.put(map.name(), plain);
            }
        }
        return names;
    }

    private static MapTypes mapTypes(BtfBuilder builder, MapSpec map) {
        return switch (map.kind()) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH ->
                new MapTypes(builder.add(map.key()), builder.add(map.value()));
            // kernel/bpf/arraymap.c, array_map_check_btf: the key must be a plain number of 32 bits.
            case ARRAY, PERCPU_ARRAY -> new MapTypes(builder.add(
                    map.key() instanceof IntType number && number.size() == Integer.BYTES
                            ? number
                            : IntType.U32),
                    builder.add(map.value()));
            // kernel/bpf/lpm_trie.c, trie_check_btf: the key must be a struct.
            case LPM_TRIE -> map.key() instanceof StructType
                    ? new MapTypes(builder.add(map.key()), builder.add(map.value()))
                    : MapTypes.NONE;
            // These maps have no BTF (tools/lib/bpf/libbpf.c, bpf_object__create_map).
            default -> map.kind().isLocalStorage()
                    ? new MapTypes(builder.add(IntType.S32), builder.add(map.value()))
                    : MapTypes.NONE;
        };
    }

    private static MapTypes dataSection(BtfBuilder builder, ProgramUnit unit, MapSpec map, String section) {
        List<Global> globals = unit.globals().stream()
                .filter(global -> global.map().equals(map.name()) && global.type().size() > 0)
                .sorted((left, right) -> Integer.compare(left.offset(), right.offset())).toList();
        List<BtfBuilder.Placement> placements = new ArrayList<>();
        int end = 0;
        for (Global global : globals) {
            // kernel/bpf/btf.c, btf_datasec_check_meta: variables must not overlap.
            if (global.offset() >= end) {
                int variable = builder.addVariable(global.name(), builder.add(global.type()),
                        BtfBuilder.Linkage.GLOBAL);
                placements.add(new BtfBuilder.Placement(variable, global.offset(), global.type().size()));
                end = global.offset() + global.type().size();
            }
        }
        if (end > map.valueSize()) {
            throw new IllegalArgumentException("the globals of " + map.name() + " need " + end
                    + " bytes, the map has " + map.valueSize());
        }
        return new MapTypes(0, builder.addDataSection(section, map.valueSize(), placements));
    }
}
