package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;

/** Everything that writes to a place. */
record AssignChecker(ExpressionChecker expressions) {

    Expression assign(ExpressionTree.Assign assign) {
        Place place = writable(assign.target());
        if (assign.operator().isEmpty()) {
            return new Expression.Assign(place, expressions.to(assign.value(), place.type()), assign.at());
        }
        Operator operator = OperatorChecker.arithmetic(assign.operator().get());
        return compound(operator, place, expressions.scalar(assign.value()), false, assign.at());
    }

    /** Checks {@code ++} and {@code --}. */
    Expression step(ExpressionTree operand, boolean increment, boolean yieldsOld, Span at) {
        Place place = writable(operand);
        Operator operator = increment ? Operator.ADD : Operator.SUBTRACT;
        return compound(operator, place, new Constant(1, IntType.S32, at), yieldsOld, at);
    }

    private static Expression compound(Operator operator, Place place, Expression value, boolean yieldsOld,
            Span at) {
        Type type = place.type();
        if (type instanceof PointerType pointer) {
            return pointer(operator, place, pointer, value, yieldsOld, at);
        }
        if (!Conversions.isNumber(type)) {
            throw new Mistake(at, "type", "arithmetic needs a number, not '" + type.spelling() + "'");
        }
        Conversions.requireNumber(value, "the right side");
        boolean shift = operator == Operator.SHIFT_LEFT || operator == Operator.SHIFT_RIGHT;
        IntType compute = shift ? Conversions.promoted(type) : Conversions.common(type, value.type());
        Expression converted = Conversions.operand(value, shift ? IntType.U32 : compute);
        return new Expression.Compound(operator, place, converted, compute, yieldsOld, at);
    }

    private static Expression pointer(Operator operator, Place place, PointerType pointer, Expression value,
            boolean yieldsOld, Span at) {
        if (operator != Operator.ADD && operator != Operator.SUBTRACT) {
            throw new Mistake(at, "type", "a pointer can only be moved by + and -", "cast it to u64 first");
        }
        Expression count = Conversions.operand(Conversions.requireNumber(value, "what is added to a pointer"),
                IntType.S64);
        Expression scale = new Constant(OperatorChecker.elementSize(pointer, at), IntType.S64, at);
        Expression scaled = Folder.arithmetic(Operator.MULTIPLY, count, scale, IntType.S64, at);
        return new Expression.Compound(operator, place, scaled, IntType.S64, yieldsOld, at);
    }

    private Place writable(ExpressionTree target) {
        return switch (expressions.operand(target)) {
            case Operand.Own own -> {
                requireWritable(own.place(), target.at());
                yield own.place();
            }
            case Operand.Remote remote -> throw new Mistake(target.at(), "type",
                    Conversions.memory(remote.space()) + " can be read, but not written");
            case Operand.Registers registers ->
                throw new Mistake(target.at(), "probe",
                        "what the probe is given can be read, but not written");
            case Operand.Value value -> throw new Mistake(target.at(), "type", "this cannot be assigned to",
                    target instanceof ExpressionTree.NameUse
                            ? "copy it to a variable first"
                            : "the left side must be a variable, field or element");
        };
    }

    private static void requireWritable(Place place, Span at) {
        switch (PlaceChecker.root(place)) {
            case Place.Global global -> {
                if (global.variable().constant()) {
                    throw new Mistake(at, "type", "'" + global.variable().name() + "' is constant",
                            "declare it without 'const'");
                }
            }
            case Place.Context context ->
                throw new Mistake(at, "probe", "what the probe is given can be read, but not written");
            case Place.MapElement element -> {
                if (element != place) {
                    String name = element.map().spec().name();
                    throw new Mistake(at, "map",
                            "a part of the copy of a map's element cannot be assigned to",
                            "write through a pointer: '" + element.map().spec().value().spelling()
                                    + (element.map().spec().value() instanceof PointerType ? "" : " ")
                                    + "*p = " + name
                                    + ".lookup_or_init(key);'");
                }
            }
            default -> at.line();
        }
    }
}
