package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.compiler.typed.TypedUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a look at the whole unit tells about its local variables; they are compared by identity. */
final class VariableFacts {
    private final Set<LocalVariable> addressTaken = new HashSet<>();
    private final Set<LocalVariable> reassigned = new HashSet<>();
    private final Map<LocalVariable, List<Expression>> sources = new HashMap<>();

    VariableFacts(TypedUnit unit) {
        for (TypedProbe probe : unit.probes()) {
            scan(probe.body());
        }
        for (FunctionSymbol function : unit.functions()) {
            scan(function.body());
        }
    }

    private void scan(Statement body) {
        TreeWalk.visit(body, this::note, place -> {});
        scanDeclarations(body);
    }

    private void note(Expression expression) {
        switch (expression) {
            case Expression.AddressOf address -> root(address.place(), addressTaken);
            case Expression.Assign assign -> {
                root(assign.place(), reassigned);
                if (assign.place() instanceof Place.Local local) {
                    source(local.variable(), assign.value());
                }
            }
            case Expression.Compound compound -> {
                root(compound.place(), reassigned);
                if (compound.place() instanceof Place.Local local) {
                    source(local.variable(), new Expression.PointerOffset(
                            new Expression.Read(local, compound.at()), compound.value(), 1, null,
                            compound.at()));
                }
            }
            case Expression.Call call -> {
                for (int i = 0; i < call.arguments().size(); i++) {
                    source(call.function().parameters().get(i), call.arguments().get(i));
                }
            }
            default -> {
            }
        }
    }

    private void scanDeclarations(Statement statement) {
        switch (statement) {
            case Statement.Block block -> block.statements().forEach(this::scanDeclarations);
            case Statement.Declare declare ->
                declare.value().ifPresent(value -> source(declare.variable(), value));
            case Statement.If choice -> {
                scanDeclarations(choice.whenTrue());
                choice.whenFalse().ifPresent(this::scanDeclarations);
            }
            case Statement.Loop loop -> scanDeclarations(loop.body());
            case Statement.Switch choice ->
                choice.cases().forEach(one -> one.body().forEach(this::scanDeclarations));
            default -> {
            }
        }
    }

    private void source(LocalVariable variable, Expression value) {
        sources.computeIfAbsent(variable, ignored -> new ArrayList<>()).add(value);
    }

    private static void root(Place place, Set<LocalVariable> into) {
        if (rootOf(place) instanceof Place.Local local) {
            into.add(local.variable());
        }
    }

    /** Returns the place that members and elements are parts of. */
    static Place rootOf(Place place) {
        return switch (place) {
            case Place.Member member -> rootOf(member.base());
            case Place.Element element -> rootOf(element.base());
            default -> place;
        };
    }

    /** Returns whether the variable needs an address. */
    boolean inMemory(LocalVariable variable) {
        return !Types.isScalar(variable.type()) || addressTaken.contains(variable);
    }

    /** Returns whether pointers to the variable may exist. */
    boolean addressTaken(LocalVariable variable) {
        return addressTaken.contains(variable);
    }

    /** Returns whether the variable always has the value of its declaration or argument. */
    boolean constantSinceDeclared(LocalVariable variable) {
        return !reassigned.contains(variable) && !addressTaken.contains(variable);
    }

    /**
     * Returns whether only this run of the program can reach a place, so that it can be changed without atomic
     * operations. A place that cannot be told counts as shared, which is never wrong.
     */
    boolean isPrivate(Place place) {
        return isPrivate(place, new HashSet<>());
    }

    private boolean isPrivate(Place place, Set<LocalVariable> seen) {
        return switch (rootOf(place)) {
            case Place.Local local -> true;
            case Place.Pointee pointee -> pointsToPrivate(pointee.pointer(), seen);
            default -> false;
        };
    }

    private boolean pointsToPrivate(Expression pointer, Set<LocalVariable> seen) {
        return switch (pointer) {
            case Expression.AddressOf address -> isPrivate(address.place(), seen);
            case Expression.MapCall call ->
                call.method() == MapMethod.RESERVE || call.map().spec().kind().perCpu();
            case Expression.PointerOffset offset -> pointsToPrivate(offset.pointer(), seen);
            case Expression.Convert convert -> pointsToPrivate(convert.operand(), seen);
            case Expression.Conditional choice ->
                pointsToPrivate(choice.whenTrue(), seen) && pointsToPrivate(choice.whenFalse(), seen);
            case Expression.Assign assign -> pointsToPrivate(assign.value(), seen);
            case Expression.Constant constant -> constant.value() == 0;
            case Expression.Read read when read.place() instanceof Place.Local local ->
                holdsPrivate(local.variable(), seen);
            default -> false;
        };
    }

    private boolean holdsPrivate(LocalVariable variable, Set<LocalVariable> seen) {
        if (addressTaken.contains(variable)) {
            return false;
        }
        return !seen.add(variable) || sources.getOrDefault(variable, Collections.emptyList()).stream()
                .allMatch(source -> pointsToPrivate(source, seen));
    }

    /**
     * Returns whether a pointer is the start of a map's value or of a ring's record, which are multiples of 8
     * whatever they hold.
     */
    boolean pointsToAligned(Expression pointer) {
        return pointsToAligned(pointer, new HashSet<>());
    }

    private boolean pointsToAligned(Expression pointer, Set<LocalVariable> seen) {
        return switch (pointer) {
            case Expression.MapCall call -> true;
            case Expression.Convert convert -> pointsToAligned(convert.operand(), seen);
            case Expression.Constant constant -> constant.value() == 0;
            case Expression.Read read when read.place() instanceof Place.Local local
                    && !addressTaken.contains(local.variable()) ->
                !seen.add(local.variable())
                        || sources.getOrDefault(local.variable(), Collections.emptyList()).stream()
                                .allMatch(source -> pointsToAligned(source, seen));
            default -> false;
        };
    }
}
