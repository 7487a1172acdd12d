package io.bpf4j.vm.type;

import java.util.List;

/** Named constants of a number type. */
public record EnumType(String name, IntType underlying, List<Constant> constants) implements Type {

    /** One name and its value. */
    public record Constant(String name, long value) {}

    /** Copies the list. */
    public EnumType {
        constants = List.copyOf(constants);
    }

    @Override
    public int size() {
        return underlying.size();
    }

    @Override
    public int alignment() {
        return underlying.alignment();
    }

    @Override
    public String spelling() {
        return "enum " + name;
    }
}
