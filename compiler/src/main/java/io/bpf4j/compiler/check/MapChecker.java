package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Methods of maps. */
record MapChecker(ExpressionChecker expressions) {

    private static final Set<MapMethod> KEYED = EnumSet.of(MapMethod.LOOKUP, MapMethod.LOOKUP_OR_INIT,
            MapMethod.UPDATE,
            MapMethod.INSERT, MapMethod.DELETE);
    private static final Set<MapMethod> OF_ARRAYS = EnumSet.of(MapMethod.LOOKUP, MapMethod.LOOKUP_OR_INIT,
            MapMethod.UPDATE);
    private static final Set<MapMethod> OF_RINGS = EnumSet.of(MapMethod.RESERVE, MapMethod.SUBMIT,
            MapMethod.DISCARD, MapMethod.OUTPUT);

    /** Returns the methods of a map. */
    static Set<MapMethod> methods(MapVariable map) {
        if (isHistogram(map)) {
            return map.spec().kind() == MapKind.PERCPU_ARRAY
                    ? EnumSet.of(MapMethod.ADD)
                    : EnumSet.of(MapMethod.ADD, MapMethod.DELETE);
        }
        return switch (map.spec().kind()) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> KEYED;
            case ARRAY, PERCPU_ARRAY -> OF_ARRAYS;
            case RINGBUF -> OF_RINGS;
            case PERF_EVENT_ARRAY -> EnumSet.of(MapMethod.OUTPUT);
            default -> EnumSet.noneOf(MapMethod.class);
        };
    }

    static boolean isHistogram(MapVariable map) {
        return map.spec().role() instanceof MapRole.Log2Histogram
                || map.spec().role() instanceof MapRole.LinearHistogram;
    }

    static void requireKeyed(MapVariable map, String what, Span at) {
        if (isHistogram(map) || !methods(map).contains(MapMethod.LOOKUP)) {
            throw new Mistake(at, "map", "'" + map.spec().name() + "' has no " + what,
                    isHistogram(map)
                            ? "count a number with " + map.spec().name() + ".add(...)"
                            : "use its methods");
        }
    }

    /** Returns the map that an expression names. */
    MapVariable named(ExpressionTree tree) {
        if (tree instanceof ExpressionTree.NameUse use
                && expressions.body().scope().find(use.name()).orElse(null) instanceof Symbol.OfMap symbol) {
            expressions.body().environment().usedMaps().add(symbol.map());
            return symbol.map();
        }
        throw new Mistake(tree.at(), "map", "a map's name is needed here");
    }

    Expression call(ExpressionTree.Call call, ExpressionTree.Member member) {
        if (!(member.target() instanceof ExpressionTree.NameUse use)
                || !(expressions.body().scope().find(use.name()).orElse(null) instanceof Symbol.OfMap)) {
            expressions.operand(member.target());
            throw new Mistake(call.at(), "call", "only maps have methods");
        }
        MapVariable map = named(member.target());
        String name = member.name().text();
        MapMethod method = methods(map).stream().filter(one -> one.spelling().equals(name)).findFirst()
                .orElse(null);
        if (method == null) {
            TreeSet<String> known = new TreeSet<>();
            methods(map).forEach(one -> known.add(one.spelling()));
            throw new Mistake(member.name().at(), "map",
                    "'" + map.spec().name() + "' has no method '" + name + "'"
                            + Suggestion.of(name, known),
                    known.isEmpty()
                            ? "programs cannot use maps of kind " + map.spec().kind().keyword()
                                    + " in this version"
                            : "it has " + String.join(", ", known));
        }
        return checked(call, map, method);
    }

    private Expression checked(ExpressionTree.Call call, MapVariable map, MapMethod method) {
        Type key = map.spec().key();
        Type value = map.spec().value();
        return switch (method) {
            case LOOKUP, LOOKUP_OR_INIT ->
                keyed(call, map, method, new PointerType(value, AddressSpace.OWN), key);
            case UPDATE, INSERT -> keyed(call, map, method, IntType.S64, key, value);
            case DELETE -> keyed(call, map, method, IntType.S64, key);
            case ADD -> map.spec().kind() == MapKind.PERCPU_ARRAY
                    ? keyed(call, map, method, VoidType.VOID, IntType.S64)
                    : keyed(call, map, method, VoidType.VOID, key, IntType.S64);
            case RESERVE -> reserve(call, map);
            case SUBMIT, DISCARD ->
                keyed(call, map, method, VoidType.VOID, new PointerType(record(map), AddressSpace.OWN));
            case OUTPUT -> output(call, map);
        };
    }

    static Type record(MapVariable map) {
        return ((MapRole.Events) map.spec().role()).record();
    }

    private Expression keyed(ExpressionTree.Call call, MapVariable map, MapMethod method, Type result,
            Type... types) {
        String name = map.spec().name() + "." + method.spelling();
        expressions.requireCount(call.arguments(), types.length, types.length, name, call.at());
        Expression[] arguments = new Expression[types.length];
        for (int index = 0; index < types.length; index++) {
            arguments[index] = method == MapMethod.ADD && types[index] == IntType.S64
                    ? counted(call.arguments().get(index))
                    : expressions.to(call.arguments().get(index), types[index]);
        }
        return new Expression.MapCall(map, method, List.of(arguments), result, call.at());
    }

    /** What is counted may be of any number type; no warning where a u64 becomes an s64. */
    private Expression counted(ExpressionTree tree) {
        return Conversions.operand(Conversions.requireNumber(expressions.scalar(tree), "what is counted"),
                IntType.S64);
    }

    private Expression reserve(ExpressionTree.Call call, MapVariable map) {
        String name = map.spec().name() + ".reserve";
        expressions.requireCount(call.arguments(), 0, 1, name, call.at());
        PointerType result = new PointerType(record(map), AddressSpace.OWN);
        if (call.arguments().isEmpty()) {
            return new Expression.MapCall(map, MapMethod.RESERVE, List.of(), result, call.at());
        }
        ExpressionTree extra = call.arguments().getFirst();
        Expression bytes = Conversions.operand(
                Conversions.requireNumber(expressions.scalar(extra), "the number of extra bytes"),
                IntType.U64);
        if (bytes instanceof Constant constant
                && Long.compareUnsigned(constant.value(), map.spec().maxEntries()) > 0) {
            throw new Mistake(extra.at(), "constant", "cannot reserve " + constant.value()
                    + " extra bytes in a ring of " + map.spec().maxEntries());
        }
        return new Expression.MapCall(map, MapMethod.RESERVE, List.of(bytes), result, call.at());
    }

    private Expression output(ExpressionTree.Call call, MapVariable map) {
        List<ExpressionTree> given = expressions.requireCount(call.arguments(), 1, 2,
                map.spec().name() + ".output", call.at());
        Type record = record(map);
        PointerType pointer = new PointerType(record, AddressSpace.OWN);
        if (given.size() == 2) {
            Expression size = Conversions.requireNumber(expressions.scalar(given.get(1)), "a size");
            return new Expression.MapCall(map, MapMethod.OUTPUT,
                    List.of(expressions.to(given.getFirst(), pointer),
                            Conversions.operand(size, IntType.U64)),
                    IntType.S64, call.at());
        }
        return new Expression.MapCall(map, MapMethod.OUTPUT, List.of(record(given.getFirst(), pointer)),
                IntType.S64,
                call.at());
    }

    /** Returns the record, also of a pointer to it. */
    private Expression record(ExpressionTree tree, PointerType pointer) {
        if (tree instanceof ExpressionTree.Aggregate) {
            return expressions.to(tree, pointer.target());
        }
        Operand operand = expressions.operand(tree);
        Operand record = operand.type().equals(pointer)
                ? expressions.places().dereferenced(expressions.read(operand), tree.at())
                : operand;
        return expressions.to(record, pointer.target(), tree.at());
    }
}
