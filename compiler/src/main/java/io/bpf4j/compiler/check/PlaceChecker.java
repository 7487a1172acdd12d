package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Names, members, elements, and what pointers point to. */
record PlaceChecker(ExpressionChecker expressions) {

    private Body body() {
        return expressions.body();
    }

    Operand name(ExpressionTree.NameUse use) {
        Symbol symbol = body().scope().find(use.name()).orElse(null);
        return switch (symbol) {
            case null -> contextName(use);
            case Symbol.Local local -> {
                body().use(local.variable());
                yield new Operand.Own(new Place.Local(local.variable(), use.at()));
            }
            case Symbol.Global global -> new Operand.Own(new Place.Global(global.variable(), use.at()));
            case Symbol.Number number ->
                new Operand.Value(new Constant(number.value().value(), number.value().type(), use.at()));
            case Symbol.Argument argument ->
                new Operand.Own(new Place.Local(body().fetch(argument), use.at()));
            case Symbol.OfMap map ->
                throw new Mistake(use.at(), "map", "'" + use.name() + "' is a map, not a value",
                        "use an entry, as in " + use.name() + "[key], or a method, as in " + use.name()
                                + ".lookup(key)");
        };
    }

    private Operand contextName(ExpressionTree.NameUse use) {
        String name = use.name();
        boolean argument = name.matches("arg[0-9]");
        if (argument || name.equals("retval")) {
            ProbeContext context = body().context().orElseThrow(() -> new Mistake(use.at(), "probe",
                    "'" + name + "' is known in probes only", "pass it to the function as a parameter"));
            return new Operand.Value(argument
                    ? context.argument(name.charAt(3) - '0', use.at())
                    : context.result(use.at()));
        }
        if (name.equals("args")) {
            throw new Mistake(use.at(), "probe", "'args' has no value of its own",
                    "name a field, as in args->id");
        }
        if (CallChecker.isBuiltin(name)) {
            throw new Mistake(use.at(), "name", "'" + name + "' is a function", "write " + name + "()");
        }
        TreeSet<String> known = new TreeSet<>(body().scope().names());
        CallChecker.names().forEach(known::add);
        throw new Mistake(use.at(), "name", "unknown name '" + name + "'" + Suggestion.of(name, known));
    }

    Operand member(ExpressionTree.Member member) {
        if (member.target() instanceof ExpressionTree.NameUse use && use.name().equals("args")
                && body().scope().find("args").isEmpty()) {
            ProbeContext context = body().context().orElseThrow(() -> new Mistake(use.at(), "probe",
                    "'args' is known in probes only", "pass what you need to the function as a parameter"));
            return context.field(member.name().text(), member.at());
        }
        Operand target = expressions.operand(member.target());
        if (member.arrow()) {
            target = pointee(target, member);
        } else if (target.type() instanceof PointerType) {
            throw new Mistake(member.at(), "type", "'" + target.type().spelling() + "' is a pointer",
                    "write -> instead of .");
        }
        if (!(target.type() instanceof StructType struct)) {
            throw new Mistake(member.at(), "type", "'" + target.type().spelling() + "' has no fields");
        }
        return part(target, field(struct, member.name()), member.at());
    }

    private Operand pointee(Operand target, ExpressionTree.Member member) {
        Expression pointer = expressions.decayed(target);
        if (pointer.type() instanceof StructType) {
            throw new Mistake(member.at(), "type", "'" + pointer.type().spelling() + "' is no pointer",
                    "write . instead of ->");
        }
        return dereferenced(pointer, member.at());
    }

    /** Finds a field, also within anonymous structs and unions. */
    static StructType.Field field(StructType struct, Name name) {
        if (!struct.isComplete()) {
            throw new Mistake(name.at(), "type", "'" + struct.spelling() + "' is declared but has no fields");
        }
        TreeSet<String> known = new TreeSet<>();
        StructType.Field found = find(struct, name.text(), 0, known);
        if (found == null) {
            throw new Mistake(name.at(), "name",
                    "'" + struct.spelling() + "' has no field '" + name.text() + "'"
                            + Suggestion.of(name.text(), known));
        }
        return found;
    }

    private static StructType.Field find(StructType struct, String name, int offset, TreeSet<String> known) {
        for (StructType.Field field : struct.fields()) {
            known.add(field.name());
            if (field.name().equals(name)) {
                return new StructType.Field(name, field.type(), offset + field.offset());
            }
            if (field.name().isEmpty() && field.type() instanceof StructType inner) {
                StructType.Field found = find(inner, name, offset + field.offset(), known);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static Operand part(Operand target, StructType.Field field, Span at) {
        return switch (target) {
            case Operand.Own own ->
                new Operand.Own(new Place.Member(own.place(), field.offset(), field.type(), at));
            case Operand.Remote remote -> remote.at(field.offset(), field.type(), at);
            case Operand.Registers registers -> throw new Mistake(at, "type", "an array has no fields");
            case Operand.Value value ->
                throw new Mistake(at, "type", "this struct has no place", "store it in a variable first");
        };
    }

    Operand dereference(ExpressionTree.Prefix prefix) {
        return dereferenced(expressions.decayed(expressions.operand(prefix.operand())), prefix.at());
    }

    Operand dereferenced(Expression pointer, Span at) {
        if (!(pointer.type() instanceof PointerType type)) {
            throw new Mistake(at, "type", "'" + pointer.type().spelling() + "' is no pointer",
                    "cast an address first, as in *(u32 *)address");
        }
        if (type.target() == VoidType.VOID) {
            throw new Mistake(at, "type", "a 'void *' points to nothing that has a type",
                    "cast it first, as in *(u32 *)pointer");
        }
        TypeResolver.requireSize(type.target(), at);
        return type.space() == AddressSpace.OWN
                ? new Operand.Own(new Place.Pointee(pointer, type.target(), at))
                : new Operand.Remote(pointer, type.target(), at);
    }

    Operand index(ExpressionTree.Index index) {
        if (index.target() instanceof ExpressionTree.NameUse use
                && body().scope().find(use.name()).orElse(null) instanceof Symbol.OfMap symbol) {
            return mapElement(symbol.map(), index);
        }
        Operand target = expressions.operand(index.target());
        Expression position = Conversions.requireNumber(expressions.scalar(index.index()), "an index");
        if (target instanceof Operand.Own own && own.type() instanceof ArrayType array
                && array.length() > 0) {
            return element(own.place(), array, position, index.at());
        }
        if (target instanceof Operand.Registers registers) {
            requireInside(registers.type(), position);
            if (position instanceof Constant constant) {
                return registers.element().apply((int) constant.value(), index.at());
            }
            throw new Mistake(position.at(), "constant", "without tracefs the index must be a constant here");
        }
        if (target instanceof Operand.Value && target.type() instanceof ArrayType) {
            throw new Mistake(index.at(), "type", "this array has no place", "store it in a variable first");
        }
        Expression pointer = expressions.decayed(target);
        if (!(pointer.type() instanceof PointerType)) {
            throw new Mistake(index.at(), "type", "'" + pointer.type().spelling() + "' has no elements");
        }
        if (target.type() instanceof ArrayType array && array.length() > 0) {
            requireInside(array, position);
        }
        return dereferenced(OperatorChecker.offset(pointer, position, index.at()), index.at());
    }

    private static void requireInside(ArrayType array, Expression position) {
        if (position instanceof Constant constant
                && (constant.value() < 0 || constant.value() >= array.length())) {
            throw new Mistake(position.at(), "constant",
                    "index " + constant.value() + " is outside '" + array.spelling()
                            + "'",
                    "the last element is " + (array.length() - 1));
        }
    }

    private static Operand element(Place place, ArrayType array, Expression position, Span at) {
        requireInside(array, position);
        if (place instanceof Place.Context context && !(position instanceof Constant)) {
            return contextElement(context, array, position, at);
        }
        return new Operand.Own(new Place.Element(place, position, array.element(), at));
    }

    /** The kernel refuses computed offsets in the context itself, so such an element is read through its address. */
    private static Operand contextElement(Place.Context context, ArrayType array, Expression position,
            Span at) {
        Expression last = new Constant(array.length() - 1L, IntType.U64, at);
        Expression clamped = new Expression.Builtin(BuiltinFunction.MIN, List.of(
                Conversions.operand(position, IntType.U64), last), Optional.empty(), IntType.U64, at);
        PointerType pointer = new PointerType(array.element(), AddressSpace.KERNEL);
        Operand.Remote start = new Operand.Remote(contextAddress(pointer, at), array.element(), at)
                .at(context.offset(), array.element(), at);
        return new Operand.Remote(OperatorChecker.offset(start.address(), clamped, at), array.element(), at);
    }

    /** The context as a kernel address of something. */
    static Expression contextAddress(PointerType type, Span at) {
        return new Expression.Builtin(BuiltinFunction.CONTEXT, List.of(), Optional.empty(), type, at);
    }

    private Operand mapElement(MapVariable map, ExpressionTree.Index index) {
        body().environment().usedMaps().add(map);
        MapChecker.requireKeyed(map, "elements", index.at());
        Expression key = expressions.to(index.index(), map.spec().key());
        return new Operand.Own(new Place.MapElement(map, key, map.spec().value(), index.at()));
    }

    Expression addressOf(ExpressionTree.Prefix prefix) {
        return switch (expressions.operand(prefix.operand())) {
            case Operand.Value value -> throw new Mistake(prefix.at(), "type", "this value has no address",
                    "store it in a variable first");
            case Operand.Own own ->
                address(own.place(), new PointerType(own.type(), AddressSpace.OWN), prefix.at());
            case Operand.Registers registers ->
                throw new Mistake(prefix.at(), "probe", "what the probe is given has no address");
            case Operand.Remote remote ->
                Folder.convert(remote.address(), new PointerType(remote.type(), remote.space()),
                        prefix.at());
        };
    }

    /** Returns the address of a place in the program's own memory. */
    Expression address(Place place, PointerType type, Span at) {
        return switch (root(place)) {
            case Place.MapElement element ->
                throw new Mistake(at, "map", "the copy of a map's element has no address",
                        "use " + element.map().spec().name() + ".lookup(key), which gives a pointer");
            case Place.Context context ->
                throw new Mistake(at, "probe", "what the probe is given has no address",
                        "copy it to a variable first");
            default -> place instanceof Place.Pointee pointee && pointee.pointer().type().equals(type)
                    ? pointee.pointer()
                    : new Expression.AddressOf(place, type, at);
        };
    }

    /** Returns the variable, pointer target, map element or context that a place is part of. */
    static Place root(Place place) {
        return switch (place) {
            case Place.Member member -> root(member.base());
            case Place.Element element -> root(element.base());
            default -> place;
        };
    }
}
