package io.bpf4j.vm.object;

import io.bpf4j.vm.btf.BtfBuilder;
import io.bpf4j.vm.btf.BtfBuilder.Member;
import io.bpf4j.vm.btf.Names;
import io.bpf4j.vm.btf.UnitTypes;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.List;

/**
 * The maps as libbpf reads them (tools/lib/bpf/libbpf.c, parse_btf_map_def): each is a variable of the section
 * {@code .maps} whose struct has pointers only. A number N is a pointer to an array of N ints, a type a pointer to it;
 * the bytes themselves mean nothing.
 */
final class MapDefinitions {
    static final String SECTION = ".maps";

    private final BtfBuilder btf;
    private final UnitTypes types;
    private final List<BtfBuilder.Placement> placements = new ArrayList<>();
    private int size;

    MapDefinitions(BtfBuilder btf, UnitTypes types) {
        this.btf = btf;
        this.types = types;
    }

    boolean isNeeded(ProgramUnit unit) {
        return unit.maps().stream().anyMatch(map -> !(map.role() instanceof MapRole.Globals));
    }

    /** Adds a map and returns the bytes that it takes in the section. */
    int add(MapSpec map) {
        List<Member> members = new ArrayList<>();
        number(members, "type", map.kind().number());
        UnitTypes.MapTypes ids = types.maps().get(map.name());
        describe(members, "key", ids.key(), map.keySize());
        describe(members, "value", ids.value(), map.valueSize());
        number(members, "max_entries", map.maxEntries());
        if (map.flags() != 0) {
            number(members, "map_flags", map.flags());
        }
        int mapSize = members.size() * Long.BYTES;
        int variable = btf.addVariable(Names.identifier(map.name()), btf.addStruct("", members, mapSize),
                BtfBuilder.Linkage.GLOBAL);
        placements.add(new BtfBuilder.Placement(variable, size, mapSize));
        size += mapSize;
        return mapSize;
    }

    void finish() {
        if (!placements.isEmpty()) {
            btf.addDataSection(SECTION, size, placements);
        }
    }

    private void describe(List<Member> members, String name, int type, int bytes) {
        if (type != 0) {
            members.add(new Member(name, btf.addPointer(type), members.size() * Long.BYTES));
        } else if (bytes != 0) {
            number(members, name + "_size", bytes);
        }
    }

    private void number(List<Member> members, String name, int value) {
        int array = btf.addArray(btf.add(IntType.S32), value);
        members.add(new Member(name, btf.addPointer(array), members.size() * Long.BYTES));
    }
}
