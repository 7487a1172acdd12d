package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.vm.program.MapKind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which functions are written out where they are called, seen from one probe. */
final class FunctionFacts {
    /** Expressions and places below which a call costs more than the body. */
    private static final int SMALL = 40;
    private static final int MAXIMUM_PARAMETERS = 5;

    private record Facts(int size, boolean usesContext) {}

    private final Map<FunctionSymbol, Facts> facts = new HashMap<>();
    private final Map<FunctionSymbol, Integer> calls = new HashMap<>();
    private final Set<FunctionSymbol> inlined = new HashSet<>();

    FunctionFacts(TypedProbe probe) {
        scan(probe.body());
    }

    /** Counts the calls in a body, and those in the bodies of what it calls, once each. */
    private Facts scan(Statement body) {
        int[] size = new int[1];
        boolean[] usesContext = new boolean[1];
        Set<FunctionSymbol> called = new HashSet<>();
        TreeWalk.visit(body, expression -> {
            size[0]++;
            usesContext[0] |= usesContext(expression);
            if (expression instanceof Expression.Call call) {
                calls.merge(call.function(), 1, Integer::sum);
                called.add(call.function());
            }
        }, place -> {
            size[0]++;
            usesContext[0] |= place instanceof Place.Context;
        });
        for (FunctionSymbol function : called) {
            if (!facts.containsKey(function)) {
                facts.put(function, scan(function.body()));
            }
            usesContext[0] |= facts.get(function).usesContext();
        }
        return new Facts(size[0], usesContext[0]);
    }

    private static boolean usesContext(Expression expression) {
        return switch (expression) {
            case Expression.Builtin builtin -> builtin.function() == BuiltinFunction.STACK
                    || builtin.function() == BuiltinFunction.USER_STACK
                    || builtin.function() == BuiltinFunction.CONTEXT;
            case Expression.MapCall call -> call.method() == MapMethod.OUTPUT
                    && call.map().spec().kind() == MapKind.PERF_EVENT_ARRAY;
            default -> false;
        };
    }

    /** Returns whether a function, or one that it calls, reads the program's context. */
    boolean usesContext(FunctionSymbol function) {
        return facts.get(function).usesContext();
    }

    /** Makes a function part of its callers from now on; returns whether it was not before. */
    boolean forceInline(FunctionSymbol function) {
        return !isInlined(function) && inlined.add(function);
    }

    boolean isInlined(FunctionSymbol function) {
        return inlined.contains(function) || calls.get(function) == 1 || facts.get(function).size() <= SMALL
                || usesContext(function) && function.parameters().size() == MAXIMUM_PARAMETERS;
    }
}
