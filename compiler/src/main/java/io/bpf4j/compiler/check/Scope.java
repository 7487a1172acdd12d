package io.bpf4j.compiler.check;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Names within braces, and those around them. */
final class Scope {

    private final Scope parent;
    private final Map<String, Symbol> symbols = new LinkedHashMap<>();

    Scope(Scope parent) {
        this.parent = parent;
    }

    Scope parent() {
        return parent;
    }

    /** Declares a name; returns what has it in this scope already. */
    Optional<Symbol> declare(String name, Symbol symbol) {
        return Optional.ofNullable(symbols.putIfAbsent(name, symbol));
    }

    Optional<Symbol> find(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Symbol symbol = scope.symbols.get(name);
            if (symbol != null) {
                return Optional.of(symbol);
            }
        }
        return Optional.empty();
    }

    /** Returns every name that can be seen from here. */
    Collection<String> names() {
        TreeSet<String> names = new TreeSet<>();
        for (Scope scope = this; scope != null; scope = scope.parent) {
            names.addAll(scope.symbols.keySet());
        }
        return names;
    }

    Collection<Symbol> own() {
        return symbols.values();
    }
}
