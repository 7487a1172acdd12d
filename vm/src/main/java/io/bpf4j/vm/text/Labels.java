package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.Function;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names for the slots that something jumps to or calls; no name is given twice. */
final class Labels {

    private final Map<Integer, String> names = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    private Labels() {}

    /** Names the functions by their names, and every other instruction that is a target {@code L<slot>}. */
    static Labels of(List<Insn> list, List<Function> functions) {
        Instructions instructions = Instructions.of(list);
        Labels labels = new Labels();
        for (Function function : functions) {
            if (instructions.startsAt(function.slot())) {
                boolean usable = Lexer.isWord(function.name()) && !Parser.isReserved(function.name());
                labels.add(function.slot(), usable ? function.name() : "function_" + function.slot());
            }
        }
        for (int index = 0; index < instructions.size(); index++) {
            instructions.targetSlot(index).ifPresent(target -> {
                if (instructions.startsAt(target)) {
                    labels.add(target, "L" + target);
                }
            });
        }
        return labels;
    }

    Optional<String> at(int slot) {
        return Optional.ofNullable(names.get(slot));
    }

    private void add(int slot, String wanted) {
        if (names.containsKey(slot)) {
            return;
        }
        String name = wanted;
        while (!taken.add(name)) {
            name += "_";
        }
        names.put(slot, name);
    }
}
