package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.TypedProbe;
import java.util.Optional;

/** The workplace of one function: its code so far, its variables, and those who lower each kind of thing. */
final class FunctionLowering {
    private final ProgramLowering program;
    private final CodeBuilder code;
    private final Variables variables;
    private final Optional<Value> context;
    private final Expressions expressions;
    private final Conditions conditions;
    private final Conversions conversions;
    private final Places places;
    private final Memory memory;
    private final Maps maps;
    private final Statements statements;

    FunctionLowering(ProgramLowering program, CodeBuilder code, Optional<Value> context) {
        this.program = program;
        this.code = code;
        this.context = context;
        variables = new Variables(code, program.unit().variables());
        conversions = new Conversions(code);
        conditions = new Conditions(this);
        places = new Places(this);
        memory = new Memory(this);
        maps = new Maps(this);
        expressions = new Expressions(this);
        statements = new Statements(this);
    }

    ProgramLowering program() {
        return program;
    }

    UnitState unit() {
        return program.unit();
    }

    TypedProbe probe() {
        return program.probe();
    }

    CodeBuilder code() {
        return code;
    }

    Variables variables() {
        return variables;
    }

    Expressions expressions() {
        return expressions;
    }

    Conditions conditions() {
        return conditions;
    }

    Conversions conversions() {
        return conversions;
    }

    Places places() {
        return places;
    }

    Memory memory() {
        return memory;
    }

    Maps maps() {
        return maps;
    }

    Statements statements() {
        return statements;
    }

    /** Returns the register that holds the program's context. */
    Value context(Span at) {
        return context.orElseThrow(
                () -> new IllegalStateException(at + ": the context is read where there is none"));
    }

    Optional<Value> contextIfAny() {
        return context;
    }

    /** Gives a parameter its argument, which is in a register or constant. */
    void bindParameter(LocalVariable parameter, Operand argument) {
        if (variables.facts().constantSinceDeclared(parameter)) {
            variables.bind(parameter, argument);
        } else {
            variables.declare(parameter);
            places.assign(parameter, argument);
        }
    }
}
