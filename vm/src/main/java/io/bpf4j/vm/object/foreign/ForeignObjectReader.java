package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.object.ElfObject.Section;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.foreign.CodeTable.Code;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads objects of {@code clang -target bpf} for libbpf (and most that older loaders took): the names of sections say
 * types and places of programs, {@code .maps} or {@code maps} has the maps, {@code .data}, {@code .rodata} and
 * {@code .bss} the variables, {@code .BTF.ext} lines and relocations for the kernel's types.
 */
public final class ForeignObjectReader {
    private static final String LICENSE = "license";
    /** Where libbpf tells programs of static markers, which include its usdt.bpf.h, how to find the arguments. */
    private static final String MARKER_ARGUMENTS = "__bpf_usdt_specs";

    private ForeignObjectReader() {}

    /**
     * Reads an object.
     *
     * @param name what the unit is called, usually the file's name without its ending
     * @param file must not be changed afterwards
     * @throws ObjectException if it is no such object, is damaged, or needs what the kernel does not have; the message
     *         names the function, map or extern
     */
    public static ForeignUnit read(String name, byte[] file, Surroundings surroundings) {
        return read(name, file, surroundings, Optional.empty());
    }

    /**
     * Reads an object.
     *
     * @param otherwise the type of programs whose section says none; empty if there must be none
     * @throws ObjectException as above
     */
    public static ForeignUnit read(String name, byte[] file, Surroundings surroundings,
            Optional<ProgramType> otherwise) {
        try {
            return read(name, ElfObject.parse(file), surroundings, otherwise);
        } catch (BtfException e) {
            throw new ObjectException("types or relocations of the object: " + e.getMessage());
        }
    }

    private static ForeignUnit read(String name, ElfObject object, Surroundings surroundings,
            Optional<ProgramType> otherwise) {
        ObjectTypes types = ObjectTypes.of(object);
        CodeTable code = CodeTable.of(object);
        MapTable maps = MapTable.of(object, types, code, surroundings.cpus());
        Externs externs = new Externs(object, types, surroundings);
        DebugTable debug = types.btf().flatMap(btf -> object.section(".BTF.ext")
                .map(section -> DebugTable.parse(section.bytes(), btf))).orElseGet(DebugTable::empty);
        ProgramLinker linker = new ProgramLinker(object,
                new ProgramLinker.Parts(types, code, maps, externs, debug), surroundings);
        Map<String, Program> programs = new LinkedHashMap<>();
        Map<String, LoadTraits> traits = new LinkedHashMap<>();
        Map<String, String> sections = new LinkedHashMap<>();
        for (Code main : mains(code)) {
            ProgramPlace place = place(main, otherwise);
            sections.put(main.name(), main.section().name());
            if (programs.put(main.name(), linker.link(main, place)) != null) {
                throw new ObjectException("there are two programs " + main.name());
            }
            traits.put(main.name(), place.traits());
        }
        if (programs.isEmpty()) {
            throw new ObjectException(
                    "the object has no program: no section of code but " + CodeTable.FUNCTIONS);
        }
        externs.settingsMap().ifPresent(maps::add);
        List<MapSpec> all = maps.maps();
        ProgramUnit unit = new ProgramUnit(name, license(object), List.copyOf(programs.values()), all,
                maps.globals(), List.of(), List.of(), List.of());
        return new ForeignUnit(unit, traits, sections, maps.pinned(), notes(linker, externs, maps));
    }

    private static ProgramPlace place(Code main, Optional<ProgramType> otherwise) {
        String section = main.section().name();
        return ProgramPlace.of(section)
                .or(() -> otherwise.map(
                        type -> new ProgramPlace(type, new AttachSpec.Other(section), LoadTraits.NONE)))
                .orElseThrow(() -> new ObjectException("program " + main.name()
                        + ": no type of program is known by the section " + section));
    }

    /** A function is a program if it is in a section of its own kind, and is known outside or called by nobody. */
    private static List<Code> mains(CodeTable code) {
        Set<Code> called = new LinkedHashSet<>();
        for (Code caller : code.all()) {
            for (int index = 0; index < caller.instructions().size(); index++) {
                code.callee(caller, index).ifPresent(called::add);
            }
        }
        return code.all().stream()
                .filter(function -> !function.inFunctions()
                        && !(function.local() && called.contains(function)))
                .toList();
    }

    private static List<String> notes(ProgramLinker linker, Externs externs, MapTable maps) {
        List<String> notes = new ArrayList<>(linker.notes());
        externs.notes().stream().distinct().forEach(notes::add);
        if (maps.maps().stream().anyMatch(map -> map.name().equals(MARKER_ARGUMENTS))) {
            notes.add("map " + MARKER_ARGUMENTS
                    + " stays empty, so the programs do not see the arguments of markers");
        }
        maps.pinned().forEach(map -> notes.add("map " + map + " asks to be pinned, which is not done"));
        return notes;
    }

    private static String license(ElfObject object) {
        Optional<Section> section = object.section(LICENSE);
        if (section.isEmpty()) {
            return "";
        }
        String text = new String(section.get().bytes(), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
