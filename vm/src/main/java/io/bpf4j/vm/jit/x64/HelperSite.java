package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.isa.Register;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A call of a helper, and what is known there.
 *
 * @param helper the number in the instruction
 * @param known the arguments that are always the same
 */
public record HelperSite(int helper, Map<Register, Known> known) {

    /** What a register always holds at a place. */
    public sealed interface Known {}

    /** The map of a name. */
    public record MapReference(String name) implements Known {}

    /** A number. */
    public record Constant(long value) implements Known {}

    /** Copies the map. */
    public HelperSite {
        known = Map.copyOf(known);
    }

    /** Returns the name of the map in a register; empty if it is not known. */
    public Optional<String> map(Register register) {
        return known.get(register) instanceof MapReference(String name)
                ? Optional.of(name)
                : Optional.empty();
    }

    /** Returns the number in a register; empty if it is not known. */
    public OptionalLong constant(Register register) {
        return known.get(register) instanceof Constant(long value)
                ? OptionalLong.of(value)
                : OptionalLong.empty();
    }
}
