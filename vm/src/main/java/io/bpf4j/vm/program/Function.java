package io.bpf4j.vm.program;

import io.bpf4j.vm.type.Type;
import java.util.List;

/**
 * A function of a program; the first one, at slot 0, is where it starts.
 *
 * @param slot the first slot, counted from the start of the program
 */
public record Function(String name, int slot, List<Parameter> parameters, Type result) {

    /** A parameter in R1, R2, ... */
    public record Parameter(String name, Type type) {}

    /** Copies the list. */
    public Function {
        parameters = List.copyOf(parameters);
    }
}
