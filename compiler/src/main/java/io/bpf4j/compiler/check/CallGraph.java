package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.typed.FunctionSymbol;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which function calls which. */
record CallGraph(Map<FunctionSymbol, Body> bodies) {

    /** Reports functions that call themselves, directly or through others. */
    void rejectRecursion(Diagnostics diagnostics) {
        for (FunctionSymbol function : bodies.keySet()) {
            if (reachable(bodies.get(function).called()).contains(function)) {
                diagnostics.error(function.at(), "call",
                        "'" + function.name() + "' calls itself, directly or not",
                        "use a bounded loop");
            }
        }
    }

    /** Returns the functions and all that they call. */
    Set<FunctionSymbol> reachable(Collection<FunctionSymbol> roots) {
        Set<FunctionSymbol> found = new LinkedHashSet<>();
        ArrayDeque<FunctionSymbol> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            FunctionSymbol function = open.pop();
            if (found.add(function) && bodies.containsKey(function)) {
                open.addAll(bodies.get(function).called());
            }
        }
        return found;
    }
}
