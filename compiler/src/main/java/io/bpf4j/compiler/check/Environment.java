package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.vm.type.VoidType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What every body of a file can see, and what is known of the file so far. */
final class Environment {

    private final Diagnostics diagnostics;
    private final CheckOptions options;
    private final Scope globals = new Scope(null);
    private final TypeResolver types;
    private final Conversions conversions;
    private final Map<String, FunctionSymbol> functions = new LinkedHashMap<>();
    private final Set<MapVariable> usedMaps = new HashSet<>();
    private int outputs;

    Environment(Diagnostics diagnostics, CheckOptions options) {
        this.diagnostics = diagnostics;
        this.options = options;
        this.types = new TypeResolver(diagnostics, globals, this::constant);
        this.conversions = new Conversions(diagnostics);
    }

    /** Checks an expression outside any body. */
    Expression constant(ExpressionTree tree) {
        return new ExpressionChecker(new Body(this, null, VoidType.VOID)).value(tree);
    }

    Diagnostics diagnostics() {
        return diagnostics;
    }

    CheckOptions options() {
        return options;
    }

    Scope globals() {
        return globals;
    }

    TypeResolver types() {
        return types;
    }

    Conversions conversions() {
        return conversions;
    }

    Map<String, FunctionSymbol> functions() {
        return functions;
    }

    Set<MapVariable> usedMaps() {
        return usedMaps;
    }

    int nextOutput() {
        return outputs++;
    }

    void report(Mistake mistake) {
        diagnostics.error(mistake.at(), mistake.code(), mistake.getMessage(), mistake.hints());
    }
}
