package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.object.ElfObject.Relocation;
import io.bpf4j.vm.object.ElfObject.Section;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The maps of an object, of every origin, and the places in sections that stand for them. */
final class MapTable {
    private final Map<String, MapSpec> maps = new LinkedHashMap<>();
    private final Map<Integer, TreeMap<Long, String>> definitions = new HashMap<>();
    private final Map<Integer, String> data = new HashMap<>();
    private final Set<String> pinned = new TreeSet<>();
    private final List<Global> globals = new ArrayList<>();

    static MapTable of(ElfObject object, ObjectTypes types, CodeTable code, int cpus) {
        MapTable table = new MapTable();
        for (Section section : object.sections()) {
            if (section.name().equals(TypedMaps.SECTION)) {
                new TypedMaps(object, types, code, cpus).read(section, table);
            } else if (LegacyMaps.isIn(section)) {
                LegacyMaps.read(object, section, cpus, table);
            }
        }
        DataMaps.read(object, types, table);
        return table;
    }

    /** Adds a map that a place in a section stands for. */
    void define(Section section, long offset, MapSpec map) {
        add(map);
        definitions.computeIfAbsent(section.index(), key -> new TreeMap<>()).put(offset, map.name());
    }

    /** Adds a map that has a section as its value. */
    void addData(Section section, MapSpec map, List<Global> variables) {
        add(map);
        data.put(section.index(), map.name());
        globals.addAll(variables);
    }

    /** Adds a map. */
    void add(MapSpec map) {
        if (maps.putIfAbsent(map.name(), map) != null) {
            throw new ObjectException("there are two maps " + map.name());
        }
    }

    void pin(String map) {
        pinned.add(map);
    }

    List<MapSpec> maps() {
        return List.copyOf(maps.values());
    }

    List<Global> globals() {
        return globals;
    }

    Set<String> pinned() {
        return pinned;
    }

    /** Returns the map that a relocation of a map's definition stands for. */
    static String at(Map<Long, String> places, long offset, String section) {
        String name = places.get(offset);
        if (name == null) {
            throw new ObjectException("no map is defined at byte " + offset + " of section " + section);
        }
        return name;
    }

    /**
     * Returns what an instruction refers to.
     *
     * @param addend what the instruction has in it, bytes from the symbol
     */
    Reference reference(ElfObject object, Relocation relocation, int slot, int addend) {
        int section = relocation.symbol().section();
        long offset = relocation.symbol().value() + addend;
        if (definitions.containsKey(section)) {
            return new Reference.ToMap(slot,
                    at(definitions.get(section), offset, object.section(section).name()));
        }
        String map = data.get(section);
        if (map == null) {
            throw new ObjectException("symbol " + relocation.symbol().name() + " is in section "
                    + object.section(section).name() + ", which is no map, no data and no code");
        }
        if (offset < 0 || offset > maps.get(map).valueSize()) {
            throw new ObjectException(
                    "byte " + offset + " is outside of section " + object.section(section).name());
        }
        return new Reference.ToMapValue(slot, map, (int) offset);
    }
}
