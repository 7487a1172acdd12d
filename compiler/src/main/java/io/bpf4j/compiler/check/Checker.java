package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree;
import io.bpf4j.compiler.ast.DeclarationTree.Parameter;
import io.bpf4j.compiler.ast.SourceTree;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From the syntax tree to the checked tree. */
public final class Checker {

    private static final int MAXIMUM_PARAMETERS = 5;

    private final SourceTree source;
    private final Diagnostics diagnostics;
    private final Environment environment;
    private final List<GlobalVariable> globals = new ArrayList<>();
    private final List<MapVariable> maps = new ArrayList<>();
    private final Map<FunctionSymbol, Body> bodies = new LinkedHashMap<>();
    private final Map<FunctionSymbol, DeclarationTree.Function> definitions = new LinkedHashMap<>();
    private final List<ProbeChecker.Checked> probes = new ArrayList<>();
    private String license = "GPL";

    private Checker(SourceTree source, CheckOptions options, Diagnostics diagnostics) {
        this.source = source;
        this.diagnostics = diagnostics;
        this.environment = new Environment(diagnostics, options);
    }

    /** Checks a file. The result is of use only if the diagnostics have no errors. */
    public static TypedUnit check(SourceTree source, CheckOptions options, Diagnostics diagnostics) {
        return new Checker(source, options, diagnostics).check();
    }

    private TypedUnit check() {
        source.declarations().forEach(declaration -> guarded(() -> declare(declaration)));
        definitions.forEach((symbol, tree) -> guarded(() -> define(symbol, tree)));
        ProbeChecker checker = new ProbeChecker(environment);
        for (DeclarationTree declaration : source.declarations()) {
            if (declaration instanceof DeclarationTree.Probe probe) {
                guarded(() -> probes.addAll(checker.check(probe)));
            }
        }
        CallGraph calls = new CallGraph(bodies);
        calls.rejectRecursion(diagnostics);
        if (probes.isEmpty() && !diagnostics.hasErrors()) {
            diagnostics.error(new Span(source.source(), 1, 1, 1, 1), "probe",
                    "there is no probe in this file",
                    "write 'probe uprobe:PATH:SYMBOL { ... }'");
        }
        return unit(calls);
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (Mistake mistake) {
            environment.report(mistake);
        } catch (ArithmeticException overflow) {
            diagnostics.error(new Span(source.source(), 1, 1, 1, 1), "type", "a type is too large");
        }
    }

    private TypedUnit unit(CallGraph calls) {
        Set<FunctionSymbol> roots = new LinkedHashSet<>();
        probes.forEach(probe -> roots.addAll(probe.body().called()));
        Set<FunctionSymbol> used = calls.reachable(roots);
        List<OutputSite> outputs = new ArrayList<>();
        probes.forEach(probe -> outputs.addAll(probe.body().outputs()));
        List<FunctionSymbol> functions = new ArrayList<>();
        bodies.forEach((function, body) -> {
            if (used.contains(function)) {
                functions.add(function);
                outputs.addAll(body.outputs());
            } else {
                diagnostics.warning(function.at(), "unused", "'" + function.name() + "' is never called");
            }
        });
        outputs.sort(Comparator.comparingInt(OutputSite::id));
        maps.stream().filter(map -> !environment.usedMaps().contains(map))
                .forEach(map -> diagnostics.warning(map.at(),
                        "unused", "the map '" + map.spec().name() + "' is never used"));
        return new TypedUnit(source.source(), license, globals, maps, functions,
                probes.stream().map(ProbeChecker.Checked::probe).toList(), outputs,
                environment.types().named());
    }

    private void declare(DeclarationTree declaration) {
        switch (declaration) {
            case DeclarationTree.License given -> license = given.text();
            case DeclarationTree.Import imported -> throw new Mistake(imported.at(), "import",
                    "import is not supported in this version", "declare the structs that you need");
            case DeclarationTree.Tag tag -> environment.types().resolve(tag.type(), AddressSpace.USER);
            case DeclarationTree.Typedef typedef ->
                environment.types().typedef(typedef.name(), typedef.type());
            case DeclarationTree.Variable variable -> global(variable);
            case DeclarationTree.MapDefinition map -> {
                MapVariable checked = new MapDefinitionChecker(environment).check(map);
                declare(map.name(), new Symbol.OfMap(checked));
                maps.add(checked);
            }
            case DeclarationTree.Function function -> function(function);
            case DeclarationTree.Probe probe -> probe.at();
        }
    }

    private void declare(DeclarationTree.Name name, Symbol symbol) {
        if (environment.types().isType(name.text())) {
            throw new Mistake(name.at(), "name", "'" + name.text() + "' is a type; choose another name");
        }
        environment.globals().declare(name.text(), symbol).ifPresent(before -> {
            throw new Mistake(name.at(), "name",
                    "there is a '" + name.text() + "' already, in line " + before.at().line());
        });
    }

    private void global(DeclarationTree.Variable variable) {
        Type type = environment.types().complete(
                Initialisers.sized(variable.type(), variable.value(), variable.name()), AddressSpace.USER);
        byte[] initial = new byte[type.size()];
        try {
            if (variable.value().isPresent()) {
                ExpressionChecker expressions = new ExpressionChecker(
                        new Body(environment, null, VoidType.VOID));
                Expression value = expressions.to(variable.value().get(), type);
                initial = Initialisers.bytes(value, type);
            }
        } finally {
            GlobalVariable global = new GlobalVariable(variable.name().text(), type, variable.constant(),
                    initial,
                    variable.description(), variable.name().at());
            declare(variable.name(), new Symbol.Global(global));
            globals.add(global);
        }
    }

    private void function(DeclarationTree.Function function) {
        String name = function.name().text();
        if (CallChecker.isBuiltin(name)) {
            throw new Mistake(function.name().at(), "name", "'" + name + "' is a function of the language");
        }
        FunctionSymbol before = environment.functions().get(name);
        if (function.body().isEmpty() && before != null) {
            return;
        }
        if (before != null && definitions.containsKey(before)) {
            throw new Mistake(function.name().at(), "name",
                    "there is a function '" + name + "' already, in line "
                            + before.at().line());
        }
        FunctionSymbol symbol = before != null ? before : symbol(function);
        environment.functions().put(name, symbol);
        boolean defined = source.declarations().stream()
                .anyMatch(one -> one instanceof DeclarationTree.Function other
                        && other.name().text().equals(name) && other.body().isPresent());
        if (!defined) {
            throw new Mistake(function.name().at(), "name",
                    "the function '" + name + "' has no body anywhere");
        }
        if (function.body().isPresent()) {
            FunctionSymbol complete = symbol(function);
            requireSame(before, complete, function);
            environment.functions().put(name, before != null ? before : complete);
            definitions.put(environment.functions().get(name), function);
        }
    }

    private static void requireSame(FunctionSymbol before, FunctionSymbol now,
            DeclarationTree.Function function) {
        boolean same = before == null || before.result().equals(now.result())
                && before.parameters().stream().map(LocalVariable::type).toList()
                        .equals(now.parameters().stream().map(LocalVariable::type).toList());
        if (!same) {
            throw new Mistake(function.name().at(), "type",
                    "'" + now.name() + "' is declared differently in line "
                            + before.at().line());
        }
    }

    private FunctionSymbol symbol(DeclarationTree.Function function) {
        if (function.parameters().size() > MAXIMUM_PARAMETERS) {
            throw new Mistake(function.parameters().get(MAXIMUM_PARAMETERS).at(), "call",
                    "a function has at most "
                            + MAXIMUM_PARAMETERS + " parameters",
                    "pass a pointer to a struct");
        }
        Type result = environment.types().resolve(function.result(), AddressSpace.OWN);
        if (result != VoidType.VOID && !Conversions.isScalar(result)) {
            throw new Mistake(function.result().at(), "type",
                    "a function returns a number, a pointer or nothing, not '"
                            + result.spelling() + "'",
                    "fill a struct through a pointer parameter");
        }
        List<LocalVariable> parameters = function.parameters().stream().map(this::parameter).toList();
        return new FunctionSymbol(function.name().text(), parameters, result, function.name().at());
    }

    private LocalVariable parameter(Parameter parameter) {
        DeclarationTree.Name name = parameter.name().orElseThrow(() -> new Mistake(parameter.at(), "syntax",
                "this parameter has no name"));
        Type type = environment.types().complete(parameter.type(), AddressSpace.OWN);
        if (!Conversions.isScalar(type)) {
            throw new Mistake(parameter.at(), "type",
                    "a parameter is a number or a pointer, not '" + type.spelling() + "'",
                    "pass a pointer");
        }
        return new LocalVariable(name.text(), type, name.at());
    }

    private void define(FunctionSymbol symbol, DeclarationTree.Function function) {
        Body body = new Body(environment, null, symbol.result());
        bodies.put(symbol, body);
        body.open();
        for (int index = 0; index < symbol.parameters().size(); index++) {
            LocalVariable variable = symbol.parameters().get(index);
            body.use(variable);
            body.declare(function.parameters().get(index).name().orElseThrow().text(),
                    new Symbol.Local(variable));
        }
        Statement.Block inner = new StatementChecker(body).block(function.body().orElseThrow());
        body.close();
        List<Statement> statements = new ArrayList<>(body.prologue());
        statements.addAll(inner.statements());
        symbol.define(new Statement.Block(statements, inner.at()));
        if (symbol.result() != VoidType.VOID && Completion.completes(symbol.body())
                && !diagnostics.hasErrors()) {
            throw new Mistake(symbol.at(), "type", "'" + symbol.name() + "' can end without returning a '"
                    + symbol.result().spelling() + "'", "add a return at its end");
        }
    }
}
