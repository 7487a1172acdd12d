package io.bpf4j.vm.object;

import io.bpf4j.vm.btf.Names;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.object.ElfBuilder.Section;
import io.bpf4j.vm.object.ElfBuilder.Symbol;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * The programs' instructions and their relocations. A program's main function goes to the section that says its type,
 * the functions that it calls to {@code .text}: the only place from which libbpf takes them.
 */
final class CodeSections {
    /** The bytes of a slot. */
    private static final int SLOT = Long.BYTES;
    private static final String FUNCTIONS = ".text";

    private final ElfBuilder elf;
    private final java.util.function.Function<String, Symbol> maps;
    private final BiFunction<String, Integer, Symbol> globals;
    private final UnaryOperator<String> uniqueName;
    private final Map<String, Section> sections = new HashMap<>();

    CodeSections(ElfBuilder elf, java.util.function.Function<String, Symbol> maps,
            BiFunction<String, Integer, Symbol> globals, UnaryOperator<String> uniqueName) {
        this.elf = elf;
        this.maps = maps;
        this.globals = globals;
        this.uniqueName = uniqueName;
    }

    PrivateData.Code add(Program program) {
        String sectionName = SectionNames.of(program);
        Section main = section(sectionName);
        Section text = section(FUNCTIONS);
        int end = program.slots();
        int mainEnd = program.functions().size() > 1 ? program.functions().get(1).slot() : end;
        int mainAt = main.size();
        int textAt = text.size();
        Map<Integer, Symbol> functions = new HashMap<>();
        for (int i = 1; i < program.functions().size(); i++) {
            Function function = program.functions().get(i);
            int next = i + 1 < program.functions().size() ? program.functions().get(i + 1).slot() : end;
            functions.put(function.slot(),
                    elf.symbol(new Symbol(uniqueName.apply(Names.identifier(function.name())),
                            false, ElfLayout.STT_FUNC, text, textAt + (function.slot() - mainEnd) * SLOT,
                            (next - function.slot()) * SLOT)));
        }
        elf.symbol(
                new Symbol(uniqueName.apply(Names.identifier(program.name())), true, ElfLayout.STT_FUNC, main,
                        mainAt, mainEnd * SLOT));
        List<CodePatch> patches = new ArrayList<>();
        List<Insn> relocatable = new ArrayList<>();
        Map<Integer, Reference> references = new HashMap<>();
        program.references().forEach(reference -> references.put(reference.slot(), reference));
        int slot = 0;
        for (Insn original : program.instructions()) {
            boolean inMain = slot < mainEnd;
            Place place = new Place(inMain ? main : text, inMain
                    ? mainAt + slot * SLOT
                    : textAt + (slot - mainEnd) * SLOT);
            Insn changed = relocate(place, original, slot, references.get(slot), functions);
            if (!changed.equals(original)) {
                patches.add(new CodePatch(slot, InsnCodec.encode(List.of(original))));
            }
            relocatable.add(changed);
            slot += original.slots();
        }
        byte[] bytes = InsnCodec.encode(relocatable);
        main.append(Arrays.copyOf(bytes, mainEnd * SLOT));
        text.append(Arrays.copyOfRange(bytes, mainEnd * SLOT, bytes.length));
        return new PrivateData.Code(program.name(), sectionName, mainAt, mainEnd * SLOT, textAt,
                bytes.length - mainEnd * SLOT, patches);
    }

    private record Place(Section section, int offset) {
        void relocate(int type, Symbol symbol) {
            section.relocate(offset, type, symbol);
        }
    }

    private Insn relocate(Place place, Insn original, int slot, Reference reference,
            Map<Integer, Symbol> functions) {
        return switch (original) {
            case Insn.LoadImmediate64 load when reference instanceof Reference.ToMap map -> {
                place.relocate(ElfLayout.R_BPF_64_64, maps.apply(map.map()));
                yield Insn.LoadImmediate64.number(load.dst(), 0);
            }
            case Insn.LoadImmediate64 load when reference instanceof Reference.ToMapValue value -> {
                Symbol symbol = globals.apply(value.map(), value.offset());
                place.relocate(ElfLayout.R_BPF_64_64, symbol);
                yield Insn.LoadImmediate64.number(load.dst(), value.offset() - symbol.value());
            }
            case Insn.LoadImmediate64 load when load.kind() == Immediate64.FUNCTION -> {
                // libbpf finds local functions by their section and the byte offset in it (sym_is_subprog).
                Symbol symbol = function(functions, slot + 1 + load.low());
                place.relocate(ElfLayout.R_BPF_64_64, elf.sectionSymbol(symbol.section()));
                yield Insn.LoadImmediate64.number(load.dst(), symbol.value());
            }
            case Insn.CallFunction call -> {
                place.relocate(ElfLayout.R_BPF_64_32, function(functions, slot + 1 + call.distance()));
                // What clang leaves for libbpf to fill in.
                yield new Insn.CallFunction(-1);
            }
            default -> {
                if (reference != null) {
                    throw new ObjectException(
                            "the instruction at slot " + slot + " loads no 64-bit immediate");
                }
                yield original;
            }
        };
    }

    private static Symbol function(Map<Integer, Symbol> functions, int slot) {
        Symbol symbol = functions.get(slot);
        if (symbol == null) {
            throw new ObjectException("no function but the main one starts at slot " + slot);
        }
        return symbol;
    }

    private Section section(String name) {
        return sections.computeIfAbsent(name, elf::code);
    }
}
