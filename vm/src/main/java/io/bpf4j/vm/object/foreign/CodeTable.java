package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.object.ElfObject.Relocation;
import io.bpf4j.vm.object.ElfObject.Section;
import io.bpf4j.vm.object.ElfObject.Symbol;
import io.bpf4j.vm.object.ElfObject.SymbolKind;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The functions of an object by the place where they start. */
final class CodeTable {
    /** The bytes of a slot. */
    static final int SLOT = Long.BYTES;
    /** The section of functions that are only called. */
    static final String FUNCTIONS = ".text";

    private final Map<Integer, TreeMap<Integer, Code>> functions = new LinkedHashMap<>();

    /**
     * A function as it is in the file.
     *
     * @param start bytes from the start of the section
     * @param relocations by bytes from the start of the section
     */
    record Code(String name, Section section, boolean local, int start, Instructions instructions,
            Map<Integer, Relocation> relocations) {
        /** Returns where an instruction is in the section, in bytes. */
        int byteOf(int slot) {
            return start + slot * SLOT;
        }

        /** Returns whether nobody attaches it. */
        boolean inFunctions() {
            return section.name().equals(FUNCTIONS);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    static CodeTable of(ElfObject object) {
        CodeTable table = new CodeTable();
        for (Section section : object.sections()) {
            if (section.isCode() && section.size() > 0) {
                table.functions.put(section.index(), functions(object, section));
            }
        }
        return table;
    }

    private static TreeMap<Integer, Code> functions(ElfObject object, Section section) {
        byte[] bytes = section.bytes();
        Map<Integer, Relocation> relocations = new HashMap<>();
        object.relocations(section).forEach(each -> relocations.put(each.offset(), each));
        List<Symbol> symbols = starts(object, section);
        TreeMap<Integer, Code> found = new TreeMap<>();
        for (int i = 0; i < symbols.size(); i++) {
            Symbol symbol = symbols.get(i);
            long next = i + 1 < symbols.size() ? symbols.get(i + 1).value() : bytes.length;
            long end = symbol.size() == 0 ? next : symbol.value() + symbol.size();
            if (symbol.value() % SLOT != 0 || end % SLOT != 0 || end <= symbol.value() || end > next) {
                throw new ObjectException("function " + symbol.name() + " of section " + section.name()
                        + " goes from byte " + symbol.value() + " to " + end + ", the next starts at "
                        + next);
            }
            int start = (int) symbol.value();
            found.put(start, new Code(symbol.name(), section, symbol.local(), start,
                    decode(symbol.name(), bytes, start, (int) end), relocations));
        }
        return found;
    }

    /** Functions by rising start, one for each; objects of old compilers have no types of symbols. */
    private static List<Symbol> starts(ElfObject object, Section section) {
        Map<Long, Symbol> byStart = new TreeMap<>();
        List<Symbol> all = object.symbols().stream()
                .filter(symbol -> symbol.section() == section.index() && symbol.value() >= 0
                        && symbol.value() < section.size() && !symbol.name().isEmpty() && symbol.size() >= 0)
                .sorted(Comparator.comparing(Symbol::local)).toList();
        all.stream().filter(symbol -> symbol.kind() == SymbolKind.FUNCTION)
                .forEach(symbol -> byStart.putIfAbsent(symbol.value(), symbol));
        if (byStart.isEmpty()) {
            all.stream().filter(symbol -> symbol.kind() == SymbolKind.NONE && !symbol.local())
                    .forEach(symbol -> byStart.putIfAbsent(symbol.value(), symbol));
        }
        return new ArrayList<>(byStart.values());
    }

    private static Instructions decode(String name, byte[] bytes, int start, int end) {
        try {
            return Instructions.of(InsnCodec.decode(ByteBuffer.wrap(bytes, start, end - start)));
        } catch (MalformedProgramException e) {
            throw new ObjectException("function " + name + ": " + e.getMessage());
        }
    }

    /** Returns all functions, in the order of sections and starts. */
    List<Code> all() {
        return functions.values().stream().flatMap(section -> section.values().stream()).toList();
    }

    /** Returns whether a section has functions. */
    boolean isCode(int section) {
        return functions.containsKey(section);
    }

    /** Finds the function that starts at a byte of a section. */
    Code at(int section, long start) {
        TreeMap<Integer, Code> found = functions.get(section);
        Code code = found == null || start != (int) start ? null : found.get((int) start);
        if (code == null) {
            throw new ObjectException("no function starts at byte " + start + " of section " + section);
        }
        return code;
    }

    /** Returns the function that an instruction calls or takes the address of, if it does. */
    Optional<Code> callee(Code caller, int index) {
        int slot = caller.instructions().slotOf(index);
        Relocation relocation = caller.relocations().get(caller.byteOf(slot));
        return switch (caller.instructions().get(index)) {
            case Insn.CallFunction call when relocation == null ->
                Optional.of(at(caller.section().index(),
                        caller.byteOf(slot + 1) + (long) call.distance() * SLOT));
            case Insn.CallFunction call when relocation.symbol().section() != 0 ->
                // The distance counts from the symbol, and from the instruction behind the call.
                Optional.of(at(relocation.symbol().section(),
                        relocation.symbol().value() + (call.distance() + 1L) * SLOT));
            case Insn.LoadImmediate64 load when relocation != null && isCode(relocation.symbol().section()) ->
                Optional.of(at(relocation.symbol().section(), relocation.symbol().value() + load.low()));
            default -> Optional.empty();
        };
    }
}
