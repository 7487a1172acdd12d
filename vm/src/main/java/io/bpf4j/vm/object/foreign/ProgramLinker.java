package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.BtfLayout;
import io.bpf4j.vm.btf.core.CoreRelocation;
import io.bpf4j.vm.btf.core.CoreRelocator;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.object.ElfObject.Relocation;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.foreign.CodeTable.Code;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** Makes whole programs: a main function, behind it the functions that it needs, and every place filled in. */
final class ProgramLinker {
    private final ElfObject object;
    private final Parts parts;
    private final CoreRelocator relocator;
    private final Set<String> notes = new LinkedHashSet<>();

    /** What was found in the object. */
    record Parts(ObjectTypes types, CodeTable code, MapTable maps, Externs externs, DebugTable debug) {}

    ProgramLinker(ElfObject object, Parts parts, Surroundings surroundings) {
        this.object = object;
        this.parts = parts;
        this.relocator = parts.types().btf().map(btf -> new CoreRelocator(btf, surroundings.types()))
                .orElse(null);
    }

    /** Returns what the kernel lacks of what the programs ask for. */
    Set<String> notes() {
        return notes;
    }

    /** Links a program. */
    Program link(Code main, ProgramPlace place) {
        Map<Code, Integer> starts = arrange(main);
        List<Insn> instructions = new ArrayList<>();
        List<Reference> references = new ArrayList<>();
        List<Function> functions = new ArrayList<>();
        List<SourceLine> lines = new ArrayList<>();
        starts.forEach((code, start) -> {
            functions.add(describe(code, start));
            parts.debug().lines(code.section().name(), code.start(), code.byteOf(code.instructions().slots()))
                    .forEach((at,
                            line) -> lines.add(new SourceLine(start + (at - code.start()) / CodeTable.SLOT,
                                    parts.debug().string(line.file()), BtfLayout.line(line.lineAndColumn()),
                                    BtfLayout.column(line.lineAndColumn()),
                                    parts.debug().string(line.text()))));
            for (int index = 0; index < code.instructions().size(); index++) {
                emit(code, index, starts, instructions, references);
            }
        });
        return new Program(main.name(), place.type(), place.attach(), instructions, references, functions,
                lines);
    }

    /** Each function once, where libbpf puts it: at its first call, and what it calls behind it. */
    private Map<Code, Integer> arrange(Code main) {
        Map<Code, Integer> starts = new LinkedHashMap<>();
        Deque<Visit> open = new ArrayDeque<>();
        int end = main.instructions().slots();
        starts.put(main, 0);
        open.push(new Visit(main));
        while (!open.isEmpty()) {
            Visit visit = open.peek();
            if (visit.next == visit.code.instructions().size()) {
                open.pop();
                continue;
            }
            Code callee = parts.code().callee(visit.code, visit.next++).orElse(null);
            if (callee != null && starts.putIfAbsent(callee, end) == null) {
                end += callee.instructions().slots();
                open.push(new Visit(callee));
            }
        }
        return starts;
    }

    private static final class Visit {
        private final Code code;
        private int next;

        private Visit(Code code) {
            this.code = code;
        }
    }

    private Function describe(Code code, int start) {
        int type = parts.debug().function(code.section().name(), code.start());
        return parts.types().function(type, start)
                .orElseGet(() -> new Function(code.name(), start, List.of(), IntType.S32));
    }

    private void emit(Code code, int index, Map<Code, Integer> starts, List<Insn> out,
            List<Reference> references) {
        int local = code.instructions().slotOf(index);
        int slot = starts.get(code) + local;
        int at = code.byteOf(local);
        Insn insn = code.instructions().get(index);
        CoreRelocation core = parts.debug().relocation(code.section().name(), at);
        Relocation relocation = code.relocations().get(at);
        if (core != null) {
            var outcome = relocator.relocate(insn, core);
            if (!outcome.unresolved().isEmpty()) {
                notes.add("program " + starts.keySet().iterator().next().name() + ": " + outcome.unresolved()
                        + "; the kernel refuses the program if it can get there");
            }
            out.addAll(outcome.instructions());
            return;
        }
        var callee = parts.code().callee(code, index);
        if (callee.isPresent()) {
            int distance = starts.get(callee.get()) - slot - 1;
            out.add(insn instanceof Insn.LoadImmediate64 load
                    ? new Insn.LoadImmediate64(load.dst(), Immediate64.FUNCTION, distance, 0)
                    : new Insn.CallFunction(distance));
        } else if (relocation == null || !(relocation.isAddress() || relocation.isCall())) {
            out.add(insn);
        } else {
            out.add(resolve(insn, relocation, slot, references));
        }
    }

    private Insn resolve(Insn insn, Relocation relocation, int slot, List<Reference> references) {
        boolean declared = relocation.symbol().section() == 0;
        return switch (insn) {
            case Insn.CallFunction call when declared -> parts.externs().call(relocation.symbol());
            case Insn.LoadImmediate64 load when declared -> {
                OptionalInt setting = parts.externs().setting(relocation.symbol().name());
                if (setting.isEmpty()) {
                    yield parts.externs().address(load, relocation.symbol());
                }
                references.add(
                        new Reference.ToMapValue(slot, KernelSettings.SECTION,
                                setting.getAsInt() + load.low()));
                yield Insn.LoadImmediate64.number(load.dst(), 0);
            }
            case Insn.LoadImmediate64 load -> {
                references.add(parts.maps().reference(object, relocation, slot, load.low()));
                yield Insn.LoadImmediate64.number(load.dst(), 0);
            }
            default -> throw new ObjectException("an instruction that takes no address has a relocation for "
                    + relocation.symbol().name());
        };
    }
}
