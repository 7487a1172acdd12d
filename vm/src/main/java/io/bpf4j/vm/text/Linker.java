package io.bpf4j.vm.text;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.text.AssemblyException.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/** Collects instructions and labels, and in the end gives distances to those that name a label. */
final class Linker {

    /** Where an instruction leads: a distance, a label, or both, which then must agree if there is such a label. */
    record Target(Token at, OptionalInt distance, String label) {}

    /** An instruction that awaits its distance; {@code make} gets it when it is known to be in range. */
    private record Pending(int index, int slot, Target target, long min, long max, String hint,
            IntFunction<Insn> make) {}

    private final List<Problem> problems;
    private final List<Insn> instructions = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<Pending> calls = new ArrayList<>();
    private final List<Reference> references = new ArrayList<>();
    private final Map<String, Integer> labels = new LinkedHashMap<>();
    private int slot;
    private boolean complete;

    Linker(List<Problem> problems) {
        this.problems = problems;
    }

    void label(Token name) {
        if (labels.putIfAbsent(name.text(), slot) != null) {
            problem(name, "label `" + name.text() + "` is already defined");
        }
    }

    void add(Insn insn) {
        instructions.add(insn);
        slot += insn.slots();
    }

    /** Adds an instruction whose distance is within two bounds; the hint ends the message if it is not. */
    void add(Target target, long min, long max, String hint, IntFunction<Insn> make) {
        pending.add(new Pending(instructions.size(), slot, target, min, max, hint, make));
        add(make.apply(0));
    }

    /** Adds a call of a name: a label if there is one, else a helper. */
    void addCall(Target target) {
        calls.add(new Pending(instructions.size(), slot, target, Integer.MIN_VALUE, Integer.MAX_VALUE, "",
                CallFunction::new));
        add(new CallFunction(0));
    }

    void addMap(Register dst, String map) {
        references.add(new Reference.ToMap(slot, map));
        add(new LoadImmediate64(dst, Immediate64.MAP, 0, 0));
    }

    void addMapValue(Register dst, String map, int offset) {
        references.add(new Reference.ToMapValue(slot, map, offset));
        add(new LoadImmediate64(dst, Immediate64.MAP_VALUE, 0, offset));
    }

    /**
     * Resolves what is pending; the result means something only if there are no problems then. If there are some
     * already, instructions are missing, and so no distance is judged.
     */
    Assembly link() {
        complete = problems.isEmpty();
        for (Pending call : calls) {
            if (labels.containsKey(call.target().label())) {
                resolve(call);
            } else {
                helper(call);
            }
        }
        pending.forEach(this::resolve);
        return new Assembly(instructions, references, labels);
    }

    private void helper(Pending call) {
        String name = call.target().label();
        String bare = name.startsWith("bpf_") ? name.substring("bpf_".length()) : name;
        for (Helper helper : Helper.values()) {
            if (helper.helperName().equals(bare)) {
                instructions.set(call.index(), new CallHelper(helper.id()));
                return;
            }
        }
        problem(call.target().at(), "no label and no helper is called `" + name + "`");
    }

    private void resolve(Pending from) {
        Target target = from.target();
        Integer labelled = target.label() == null ? null : labels.get(target.label());
        if (labelled == null && target.distance().isEmpty()) {
            problem(target.at(), "label `" + target.label() + "` is not defined");
            return;
        }
        if (!complete) {
            return;
        }
        int toLabel = labelled == null ? 0 : labelled - from.slot() - 1;
        int distance = target.distance().orElse(toLabel);
        if (labelled != null && distance != toLabel) {
            problem(target.at(), "distance " + InsnText.relative(distance) + " does not lead to `"
                    + target.label() + "`, which is at " + InsnText.relative(toLabel));
        } else if (distance < from.min() || distance > from.max()) {
            problem(target.at(), "distance " + InsnText.relative(distance) + " is out of range, expected "
                    + from.min() + " to " + from.max() + from.hint());
        } else {
            instructions.set(from.index(), from.make().apply(distance));
        }
    }

    private void problem(Token at, String message) {
        problems.add(new Problem(at.line(), at.column(), message));
    }
}
