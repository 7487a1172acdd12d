package io.bpf4j.vm.object;

import io.bpf4j.vm.btf.BtfBuilder;
import io.bpf4j.vm.btf.Names;
import io.bpf4j.vm.btf.UnitTypes;
import io.bpf4j.vm.object.ElfBuilder.Section;
import io.bpf4j.vm.object.ElfBuilder.Symbol;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a unit as the relocatable object that clang would make for libbpf, so that {@code bpftool prog loadall}
 * takes it, with one section more that {@link ObjectReader} needs to get the whole unit back.
 *
 * <pre>
 * uprobe, tracepoint/..., ...   the programs, by libbpf's section names; .text: the functions that they call
 * .maps                         map definitions, described by BTF
 * .data .rodata .bss            globals
 * license, .BTF, .BTF.ext       licence; types; function and line information
 * .bpf4j                        everything else of the unit, as text
 * </pre>
 */
public final class ObjectWriter {
    private final ProgramUnit unit;
    private final ElfBuilder elf = new ElfBuilder();
    private final BtfBuilder btf = new BtfBuilder();
    private final Map<String, Symbol> mapSymbols = new HashMap<>();
    private final Map<Global, Symbol> globalSymbols = new HashMap<>();
    private final Map<String, Section> dataSections = new HashMap<>();
    private final Set<String> symbolNames = new HashSet<>();
    private final List<PrivateData.Data> data = new ArrayList<>();

    private ObjectWriter(ProgramUnit unit) {
        this.unit = unit;
    }

    /**
     * Writes a unit; equal units give equal bytes.
     *
     * @throws ObjectException if the unit has something that libbpf's objects cannot express
     */
    public static byte[] write(ProgramUnit unit) {
        return new ObjectWriter(unit).write();
    }

    private byte[] write() {
        UnitTypes types = UnitTypes.add(btf, unit);
        Section license = elf.data("license", true);
        license.append((unit.license() + "\0").getBytes(StandardCharsets.UTF_8));
        elf.symbol(
                new Symbol(symbolName("_license"), true, ElfLayout.STT_OBJECT, license, 0, license.size()));
        globals();
        MapDefinitions definitions = new MapDefinitions(btf, types);
        Section maps = definitions.isNeeded(unit) ? elf.data(MapDefinitions.SECTION, true) : null;
        for (MapSpec map : unit.maps()) {
            if (!(map.role() instanceof MapRole.Globals)) {
                int size = definitions.add(map);
                int at = maps.append(new byte[size]);
                String name = symbolName(Names.identifier(map.name()));
                mapSymbols.put(map.name(),
                        elf.symbol(new Symbol(name, true, ElfLayout.STT_OBJECT, maps, at, size)));
            }
        }
        definitions.finish();
        CodeSections code = new CodeSections(elf, this::mapSymbol, this::place, this::symbolName);
        List<PrivateData.Code> codes = new ArrayList<>();
        unit.programs().forEach(program -> codes.add(code.add(program)));
        DebugSections debug = new DebugSections(btf);
        codes.forEach(each -> debug.add(types.programs().get(each.program()), each));
        byte[] extension = debug.build();
        elf.note(".BTF", btf.build());
        elf.note(".BTF.ext", extension);
        PrivateData rest = new PrivateData(PrivateData.VERSION, remainder(), codes, data,
                LineTable.of(unit.programs()));
        elf.note(PrivateData.SECTION, RecordText.write(rest).getBytes(StandardCharsets.UTF_8));
        return elf.build();
    }

    private ProgramUnit remainder() {
        List<Program> programs = unit.programs().stream()
                .map(program -> new Program(program.name(), program.type(),
                        program.attach(), List.of(), program.references(), program.functions(),
                        List.of(), program.names()))
                .toList();
        Set<String> elsewhere = new HashSet<>();
        data.forEach(each -> elsewhere.add(each.map()));
        List<MapSpec> maps = unit.maps().stream()
                .map(map -> elsewhere.contains(map.name()) ? map.withInitialData(new byte[0]) : map).toList();
        return new ProgramUnit(unit.name(), unit.license(), programs, maps, unit.globals(), unit.outputs(),
                unit.losses(), unit.types());
    }

    private void globals() {
        UnitTypes.sectionNames(unit).forEach((mapName, sectionName) -> {
            MapSpec map = unit.map(mapName).orElseThrow();
            byte[] initial = map.initialData();
            boolean zeros = ".bss".equals(sectionName);
            Section section = zeros
                    ? elf.zeros(sectionName, map.valueSize())
                    : elf.data(sectionName, !sectionName.startsWith(".rodata"));
            if (!zeros) {
                if (initial.length > map.valueSize()) {
                    throw new ObjectException(
                            mapName + " has " + initial.length + " bytes of initial data, its value "
                                    + map.valueSize());
                }
                section.append(Arrays.copyOf(initial, map.valueSize()));
                if (initial.length == map.valueSize()) {
                    data.add(new PrivateData.Data(mapName, sectionName));
                }
            }
            dataSections.put(mapName, section);
            for (Global global : unit.globals()) {
                if (global.map().equals(mapName) && global.type().size() > 0) {
                    globalSymbols.put(global,
                            elf.symbol(new Symbol(symbolName(Names.identifier(global.name())), true,
                                    ElfLayout.STT_OBJECT, section, global.offset(), global.type().size())));
                }
            }
        });
    }

    private Symbol mapSymbol(String map) {
        Symbol symbol = mapSymbols.get(map);
        if (symbol == null) {
            throw new ObjectException("no map " + map + " whose descriptor a program could load");
        }
        return symbol;
    }

    /** Finds the variable at a byte of a map's value, or the section itself where none is. */
    private Symbol place(String map, int offset) {
        Section section = dataSections.get(map);
        if (section == null) {
            throw new ObjectException("an object file has no way to name a byte of " + map
                    + ", which holds no global variables");
        }
        return unit.globals().stream()
                .filter(global -> global.map().equals(map) && global.offset() <= offset
                        && offset < global.offset() + global.type().size())
                .findFirst().map(globalSymbols::get).orElseGet(() -> elf.sectionSymbol(section));
    }

    private String symbolName(String wanted) {
        String name = wanted;
        for (int i = 2; !symbolNames.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }
}
