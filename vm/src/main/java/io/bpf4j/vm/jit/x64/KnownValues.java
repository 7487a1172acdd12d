package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.jit.x64.HelperSite.Constant;
import io.bpf4j.vm.jit.x64.HelperSite.Known;
import io.bpf4j.vm.jit.x64.HelperSite.MapReference;
import io.bpf4j.vm.program.Reference;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which registers always hold the same, as far as a straight piece of the program tells. */
final class KnownValues {

    private final Map<Integer, String> maps = new HashMap<>();
    private final Map<Register, Known> values = new EnumMap<>(Register.class);

    KnownValues(List<Reference> references) {
        for (Reference reference : references) {
            if (reference instanceof Reference.ToMap toMap) {
                maps.put(toMap.slot(), toMap.map());
            }
        }
    }

    /** Forgets all: somebody may come from elsewhere. */
    void forget() {
        values.clear();
    }

    /** Takes note of what an instruction does. */
    void follow(Insn insn, int slot) {
        Known known = result(insn, slot);
        RegisterEffects effects = RegisterEffects.of(insn);
        effects.defines().union(effects.clobbers()).toList().forEach(values::remove);
        if (known != null) {
            effects.defines().toList().forEach(register -> values.put(register, known));
        }
    }

    private Known result(Insn insn, int slot) {
        return switch (insn) {
            case LoadImmediate64 load when maps.containsKey(slot) -> new MapReference(maps.get(slot));
            case LoadImmediate64 load when load.kind() == Immediate64.NUMBER -> new Constant(load.value());
            case Alu(AluOperation operation, boolean wide, Register dst, Operand src) ->
                operation == AluOperation.MOVE ? moved(wide, src) : null;
            default -> null;
        };
    }

    private Known moved(boolean wide, Operand source) {
        return switch (source) {
            case Operand.Immediate(int value) -> new Constant(wide ? value : value & 0xffff_ffffL);
            case Register register -> wide ? values.get(register) : null;
        };
    }

    /** Returns what is known where a helper is called. */
    HelperSite at(int helper) {
        return new HelperSite(helper, values);
    }
}
