package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.type.Type;

/** A variable of a function or probe, or a parameter; each declaration is one object, compared by identity. */
public final class LocalVariable {
    private final String name;
    private final Type type;
    private final Span at;

    /** Makes the variable of one declaration. */
    public LocalVariable(String name, Type type, Span at) {
        this.name = name;
        this.type = type;
        this.at = at;
    }

    /** Returns the name in the source; unique only within its scope. */
    public String name() {
        return name;
    }

    /** Returns the declared type. */
    public Type type() {
        return type;
    }

    /** Returns the declaration. */
    public Span at() {
        return at;
    }

    @Override
    public String toString() {
        return name;
    }
}
