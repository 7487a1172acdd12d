package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The function or probe that is being checked: its names, and what its checks found out. */
final class Body {

    private final Environment environment;
    private final ProbeContext context;
    private final Type result;
    private final List<Statement> prologue = new ArrayList<>();
    private final Set<FunctionSymbol> called = new LinkedHashSet<>();
    private final List<OutputSite> outputs = new ArrayList<>();
    private final Set<LocalVariable> used = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<LocalVariable> fetched = Collections.newSetFromMap(new IdentityHashMap<>());
    private Scope scope;
    private int texts;

    /** Makes a body; the context is null outside probes. */
    Body(Environment environment, ProbeContext context, Type result) {
        this.environment = environment;
        this.context = context;
        this.result = result;
        this.scope = new Scope(environment.globals());
    }

    Environment environment() {
        return environment;
    }

    Optional<ProbeContext> context() {
        return Optional.ofNullable(context);
    }

    Type result() {
        return result;
    }

    Scope scope() {
        return scope;
    }

    /** Whose memory the addresses that this body computes point into. */
    AddressSpace remote() {
        return context == null ? AddressSpace.USER : context.remote();
    }

    void open() {
        scope = new Scope(scope);
    }

    /** Leaves the innermost scope and warns of what nobody used in it. */
    void close() {
        for (Symbol symbol : scope.own()) {
            if (symbol instanceof Symbol.Local local && !used.contains(local.variable())) {
                environment.diagnostics().warning(local.at(), "unused",
                        "'" + local.variable().name() + "' is never used");
            }
        }
        scope = scope.parent();
    }

    void declare(String name, Symbol symbol) {
        if (environment.types().isType(name)) {
            throw new Mistake(symbol.at(), "name", "'" + name + "' is a type; choose another name");
        }
        scope.declare(name, symbol).ifPresent(before -> {
            throw new Mistake(symbol.at(), "name",
                    "there is a '" + name + "' already, in line " + before.at().line());
        });
    }

    void use(LocalVariable variable) {
        used.add(variable);
    }

    /** Returns a probe's parameter as a variable, which the first use fills at the body's start. */
    LocalVariable fetch(Symbol.Argument argument) {
        if (fetched.add(argument.variable())) {
            prologue.add(new Statement.Declare(argument.variable(), Optional.of(argument.initial()),
                    argument.at()));
        }
        return argument.variable();
    }

    /** Returns a variable that holds text from the body's start. */
    LocalVariable text(Expression.Text text, Span at) {
        ArrayType type = new ArrayType(IntType.CHAR, text.value().length() + 1);
        LocalVariable variable = new LocalVariable("text." + texts++, type, at);
        Expression value = new Expression.Text(text.value(), type, at);
        prologue.add(new Statement.Declare(variable, Optional.of(value), at));
        return variable;
    }

    List<Statement> prologue() {
        return prologue;
    }

    Set<FunctionSymbol> called() {
        return called;
    }

    List<OutputSite> outputs() {
        return outputs;
    }
}
