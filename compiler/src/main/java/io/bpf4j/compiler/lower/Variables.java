package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.LocalVariable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where each local variable lives, and between which bounds the counters of the enclosing loops stay. */
final class Variables {
    private final CodeBuilder code;
    private final VariableFacts facts;
    private final Map<LocalVariable, Storage> storage = new HashMap<>();
    private final Map<LocalVariable, Range> ranges = new HashMap<>();
    private final BitSet registers = new BitSet();

    Variables(CodeBuilder code, VariableFacts facts) {
        this.code = code;
        this.facts = facts;
    }

    VariableFacts facts() {
        return facts;
    }

    Storage of(LocalVariable variable) {
        Storage found = storage.get(variable);
        if (found == null) {
            throw new IllegalStateException(
                    variable.at() + ": " + variable + " is used before its declaration");
        }
        return found;
    }

    /** Gives a variable room; its content is not set yet. */
    Storage declare(LocalVariable variable) {
        Storage made;
        if (facts.inMemory(variable)) {
            Slot slot = code.slots().take(Math.max(1, variable.type().size()), variable.name(),
                    variable.at());
            if (Types.holdsOwnPointer(variable.type())) {
                code.slots().pin(slot);
            }
            made = new Storage.InFrame(slot);
        } else {
            Value value = code.value();
            code.name(value, variable.name());
            registers.set(value.id());
            if (Types.upperZero(variable.type())) {
                code.promiseUpperZero(value);
            }
            made = new Storage.InRegister(value);
        }
        storage.put(variable, made);
        return made;
    }

    /** Makes a variable another name for an operand that does not change. */
    void bind(LocalVariable variable, Operand operand) {
        code.name(operand, variable.name());
        storage.put(variable, new Storage.Bound(operand));
    }

    /** Returns whether an operand is a variable's own register, so that a later assignment changes it. */
    boolean mayChange(Operand operand) {
        return operand instanceof Value value && registers.get(value.id());
    }

    /** Puts a variable back where it was. */
    void restore(LocalVariable variable, Storage before) {
        storage.put(variable, before);
    }

    Optional<Range> rangeOf(LocalVariable variable) {
        return Optional.ofNullable(ranges.get(variable));
    }

    /** Notes the bounds of a counter within its loop; nothing lifts the bounds again. */
    void setRange(LocalVariable variable, Optional<Range> range) {
        range.ifPresentOrElse(known -> ranges.put(variable, known), () -> ranges.remove(variable));
    }
}
