package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.type.Type;
import java.util.List;

/** A function of the source; the body is set once, after every function is declared. */
public final class FunctionSymbol {
    private final String name;
    private final List<LocalVariable> parameters;
    private final Type result;
    private final Span at;
    private Statement.Block body;

    /** Declares a function. */
    public FunctionSymbol(String name, List<LocalVariable> parameters, Type result, Span at) {
        this.name = name;
        this.parameters = List.copyOf(parameters);
        this.result = result;
        this.at = at;
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the parameters in order, five at most, scalars and pointers only. */
    public List<LocalVariable> parameters() {
        return parameters;
    }

    /** Returns the result's type: a scalar, a pointer or void. */
    public Type result() {
        return result;
    }

    /** Returns the declaration. */
    public Span at() {
        return at;
    }

    /** Returns the body. */
    public Statement.Block body() {
        return body;
    }

    /** Gives the function its body. */
    public void define(Statement.Block checkedBody) {
        body = checkedBody;
    }
}
