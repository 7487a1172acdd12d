package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.object.ElfObject.Relocation;
import io.bpf4j.vm.object.ElfObject.Section;
import io.bpf4j.vm.object.ElfObject.Symbol;
import io.bpf4j.vm.object.ElfObject.SymbolKind;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.MapRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Maps of section {@code .maps}: variables of structs that nobody reads, whose fields say what the map is like by their
 * types (tools/lib/bpf/libbpf.c, parse_btf_map_def; the macros {@code __uint}, {@code __type}, {@code __array} and
 * {@code __ulong} of bpf_helpers.h).
 */
final class TypedMaps {
    static final String SECTION = ".maps";

    private final ElfObject object;
    private final ObjectTypes types;
    private final CodeTable code;
    private final int cpus;

    TypedMaps(ElfObject object, ObjectTypes types, CodeTable code, int cpus) {
        this.object = object;
        this.types = types;
        this.code = code;
        this.cpus = cpus;
    }

    void read(Section section, MapTable table) {
        Map<String, Integer> variables = new HashMap<>();
        for (int id : types.variables(SECTION)) {
            if (types.type(id) instanceof BtfType.Variable variable) {
                variables.put(variable.name(), variable.type());
            }
        }
        Map<Long, String> names = new HashMap<>();
        List<Symbol> symbols = object.symbols().stream().filter(symbol -> symbol.section() == section.index()
                && symbol.kind() == SymbolKind.OBJECT && !symbol.name().isEmpty()).toList();
        symbols.forEach(symbol -> names.put(symbol.value(), symbol.name()));
        List<Relocation> relocations = object.relocations(section);
        for (Symbol symbol : symbols) {
            Integer type = variables.get(symbol.name());
            if (type == null) {
                throw new ObjectException("map " + symbol.name() + " has no type in section .BTF:"
                        + " clang makes one with -g");
            }
            MapDraft draft = new MapDraft(symbol.name());
            BtfType.Struct struct = definition(symbol.name(), type);
            if (fields(draft, struct, symbol.name())) {
                table.pin(symbol.name());
            }
            int slots = slotsAt(struct);
            if (slots >= 0) {
                draft.first(first(symbol, slots, relocations, names));
            }
            table.define(section, symbol.value(), draft.finish(cpus));
        }
    }

    private BtfType.Struct definition(String map, int type) {
        if (types.resolved(type) instanceof BtfType.Struct struct && !struct.union()) {
            return struct;
        }
        throw new ObjectException("the definition of map " + map + " is no struct");
    }

    /** Takes the fields over and returns whether the map is to be pinned. */
    private boolean fields(MapDraft draft, BtfType.Struct struct, String map) {
        boolean pinned = false;
        for (BtfType.Member member : struct.members()) {
            switch (member.name()) {
                case "type" -> draft.kind(number(map, member));
                case "max_entries" -> draft.entries(number(map, member));
                case "map_flags" -> draft.flags(number(map, member));
                case "key_size" -> draft.keySize(number(map, member));
                case "value_size" -> draft.valueSize(number(map, member));
                case "key" -> draft.key(types.importType(pointee(map, member)));
                case "value" -> draft.value(types.importType(pointee(map, member)));
                case "values" -> values(draft, map, member);
                case "pinning" -> pinned = number(map, member) != 0;
                case "numa_node" -> number(map, member);
                case "map_extra" -> {
                    if (number(map, member) != 0) {
                        throw new ObjectException(
                                "map " + map + " has map_extra, which this version does not pass on");
                    }
                }
                default ->
                    throw new ObjectException("map " + map + " has the unknown field " + member.name());
            }
        }
        return pinned;
    }

    private void values(MapDraft draft, String map, BtfType.Member member) {
        if (!(types.resolved(member.type()) instanceof BtfType.Array array)) {
            throw wrong(map, member);
        }
        if (!(types.resolved(array.element()) instanceof BtfType.Pointer pointer)) {
            throw wrong(map, member);
        }
        if (types.resolved(pointer.target()) instanceof BtfType.Struct inner) {
            MapDraft within = new MapDraft(map + ".inner");
            boolean holdsMaps = inner.members().stream().anyMatch(each -> each.name().equals("values"));
            if (holdsMaps) {
                throw new ObjectException("map " + map + " holds maps that hold maps");
            }
            fields(within, inner, map + ".inner");
            draft.inner(within.finish(cpus));
        }
    }

    /** A number is the length of the array that the field points to, or the value of the constant of an enum. */
    private int number(String map, BtfType.Member member) {
        BtfType type = types.resolved(member.type());
        if (type instanceof BtfType.Pointer pointer
                && types.resolved(pointer.target()) instanceof BtfType.Array array) {
            return array.length();
        }
        if (type instanceof BtfType.Enumeration constants && !constants.constants().isEmpty()) {
            return (int) constants.constants().getFirst().value();
        }
        throw wrong(map, member);
    }

    private int pointee(String map, BtfType.Member member) {
        if (types.resolved(member.type()) instanceof BtfType.Pointer pointer) {
            return pointer.target();
        }
        throw wrong(map, member);
    }

    private static ObjectException wrong(String map, BtfType.Member member) {
        return new ObjectException(
                "field " + member.name() + " of map " + map + " has a type that says nothing");
    }

    /** Where the first values are in the definition, in bytes; -1 if there are none. */
    private static int slotsAt(BtfType.Struct struct) {
        return struct.members().stream().filter(member -> member.name().equals("values")).findFirst()
                .map(member -> member.bitOffset() / Byte.SIZE).orElse(-1);
    }

    private List<MapRole.Slot> first(Symbol map, int start, List<Relocation> relocations,
            Map<Long, String> names) {
        List<MapRole.Slot> slots = new ArrayList<>();
        for (Relocation relocation : relocations) {
            long at = relocation.offset() - map.value() - start;
            if (at < 0 || relocation.offset() >= map.value() + map.size()) {
                continue;
            }
            Symbol symbol = relocation.symbol();
            String name = code.isCode(symbol.section())
                    ? code.at(symbol.section(), symbol.value()).name()
                    : MapTable.at(names, symbol.value(), SECTION);
            slots.add(new MapRole.Slot((int) (at / Long.BYTES), name));
        }
        return slots;
    }
}
