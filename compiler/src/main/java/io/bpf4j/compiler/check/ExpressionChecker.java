package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;

/** Gives every expression a type; the other checkers of expressions come back here for their parts. */
final class ExpressionChecker {

    private final Body body;
    private final OperatorChecker operators = new OperatorChecker(this);
    private final PlaceChecker places = new PlaceChecker(this);
    private final AssignChecker assigns = new AssignChecker(this);
    private final CallChecker calls = new CallChecker(this);
    private final AggregateChecker aggregates = new AggregateChecker(this);

    ExpressionChecker(Body body) {
        this.body = body;
    }

    Body body() {
        return body;
    }

    Diagnostics diagnostics() {
        return body.environment().diagnostics();
    }

    PlaceChecker places() {
        return places;
    }

    /** Returns what an expression is: a value, or a place that may be read, written or pointed to. */
    Operand operand(ExpressionTree tree) {
        return switch (tree) {
            case ExpressionTree.NameUse use -> places.name(use);
            case ExpressionTree.Member member -> places.member(member);
            case ExpressionTree.Index index -> places.index(index);
            case ExpressionTree.Prefix prefix when prefix
                    .operator() == ExpressionTree.PrefixOperator.DEREFERENCE ->
                places.dereference(prefix);
            default -> new Operand.Value(computed(tree));
        };
    }

    private Expression computed(ExpressionTree tree) {
        return switch (tree) {
            case ExpressionTree.Number number -> number(number);
            case ExpressionTree.Character character ->
                new Constant(character.value(), IntType.S32, tree.at());
            case ExpressionTree.Text text -> new Expression.Text(text.value(),
                    new ArrayType(IntType.CHAR, text.value().length() + 1), tree.at());
            case ExpressionTree.Truth truth -> new Constant(truth.value() ? 1 : 0, IntType.BOOL, tree.at());
            case ExpressionTree.Null nothing ->
                new Constant(0, new PointerType(VoidType.VOID, AddressSpace.OWN), tree.at());
            case ExpressionTree.Prefix prefix -> operators.prefix(prefix);
            case ExpressionTree.Postfix postfix ->
                assigns.step(postfix.operand(), postfix.increment(), true, tree.at());
            case ExpressionTree.Binary binary -> operators.binary(binary);
            case ExpressionTree.Assign assign -> assigns.assign(assign);
            case ExpressionTree.Conditional choice -> operators.conditional(choice);
            case ExpressionTree.Cast cast -> cast(cast);
            case ExpressionTree.SizeofType size -> size(body.environment().types().complete(size.type(),
                    AddressSpace.OWN), tree.at());
            case ExpressionTree.SizeofValue size -> {
                Type type = operand(size.operand()).type();
                TypeResolver.requireSize(type, size.operand().at());
                yield size(type, tree.at());
            }
            case ExpressionTree.Offsetof offset -> aggregates.offset(offset);
            case ExpressionTree.Call call -> calls.call(call);
            case ExpressionTree.Aggregate aggregate -> throw new Mistake(tree.at(), "type",
                    "values in braces need a type here",
                    "write a cast before them, as in (struct event){...}");
            case ExpressionTree.NameUse use -> throw new IllegalStateException("a place: " + use);
            case ExpressionTree.Member member -> throw new IllegalStateException("a place: " + member);
            case ExpressionTree.Index index -> throw new IllegalStateException("a place: " + index);
        };
    }

    Expression step(ExpressionTree operand, boolean increment, Span at) {
        return assigns.step(operand, increment, false, at);
    }

    private static Expression size(Type type, Span at) {
        return new Constant(type.size(), IntType.U64, at);
    }

    /** A decimal number without suffix is never unsigned, a hexadecimal one is if its size needs it, as in C. */
    private static Expression number(ExpressionTree.Number number) {
        long value = number.value();
        boolean fitsInt = !number.isLong() && value == (int) value && value >= 0;
        boolean fitsUnsigned = !number.isLong() && value >>> Integer.SIZE == 0;
        boolean mayBeUnsigned = number.unsigned() || !number.decimal();
        IntType type = fitsInt && !number.unsigned()
                ? IntType.S32
                : fitsUnsigned && mayBeUnsigned
                        ? IntType.U32
                        : value >= 0 && !number.unsigned() ? IntType.S64 : IntType.U64;
        return new Constant(value, type, number.at());
    }

    private Expression cast(ExpressionTree.Cast cast) {
        boolean pointer = cast.type() instanceof TypeTree.Pointer;
        boolean spaceGiven = cast.type() instanceof TypeTree.Pointer given
                && given.space().isPresent();
        Type type = body.environment().types().resolve(cast.type(), body.remote());
        if (cast.operand() instanceof ExpressionTree.Aggregate || !pointer && !Conversions.isScalar(type)
                && type != VoidType.VOID) {
            return to(cast.operand(), type);
        }
        AddressSpace space = type instanceof PointerType given ? given.space() : body.remote();
        Expression operand = decayed(operand(cast.operand()));
        return Conversions.cast(operand, type, space, spaceGiven, cast.at());
    }

    /** Returns the value of an expression; arrays and structs stay what they are. */
    Expression value(ExpressionTree tree) {
        return read(operand(tree));
    }

    /** Returns the value as a scalar: an array becomes the address of its first element. */
    Expression scalar(ExpressionTree tree) {
        Expression value = decayed(operand(tree));
        if (!Conversions.isScalar(value.type())) {
            throw new Mistake(tree.at(), "type", value.type() == VoidType.VOID
                    ? "this has no value"
                    : "a number or pointer is needed here, not '" + value.type().spelling() + "'");
        }
        return value;
    }

    /** Returns the value as what a variable of the type takes. */
    Expression to(ExpressionTree tree, Type target) {
        if (tree instanceof ExpressionTree.Aggregate aggregate) {
            return aggregates.aggregate(aggregate, target);
        }
        return to(operand(tree), target, tree.at());
    }

    /** As {@link #to(ExpressionTree, Type)}, of what is checked already. */
    Expression to(Operand operand, Type target, Span at) {
        if (target instanceof ArrayType && operand.type().equals(target)) {
            return read(operand);
        }
        Expression value = target instanceof ArrayType ? read(operand) : decayed(operand);
        if (value.type() == VoidType.VOID) {
            throw new Mistake(at, "type", "this has no value");
        }
        return body.environment().conversions().assigned(value, target);
    }

    Expression read(Operand operand) {
        return switch (operand) {
            case Operand.Value value -> value.expression();
            case Operand.Own own -> new Expression.Read(own.place(), own.at());
            case Operand.Registers registers -> throw placeless(registers.at());
            case Operand.Remote remote -> {
                TypeResolver.requireSize(remote.type(), remote.at());
                yield new Expression.UserRead(remote.address(), remote.space(), readType(remote),
                        remote.at());
            }
        };
    }

    /** What a kernel object points to is in the kernel too, whatever the declaration says. */
    private static Type readType(Operand.Remote remote) {
        return remote.type() instanceof PointerType pointer && remote.space() == AddressSpace.KERNEL
                ? new PointerType(pointer.target(), AddressSpace.KERNEL)
                : remote.type();
    }

    /** As {@link #read}, but an array becomes the address of its first element. */
    Expression decayed(Operand operand) {
        if (!(operand.type() instanceof ArrayType array)) {
            return read(operand);
        }
        return switch (operand) {
            case Operand.Value value -> decayedValue(value.expression());
            case Operand.Own own ->
                places.address(own.place(), new PointerType(array.element(), AddressSpace.OWN),
                        own.at());
            case Operand.Remote remote -> remote.at(0, array.element(), remote.at()).address();
            case Operand.Registers registers -> throw placeless(registers.at());
        };
    }

    private static Mistake placeless(Span at) {
        return new Mistake(at, "type", "these arguments are in registers",
                "take one at a time, as in args->args[0]");
    }

    private Expression decayedValue(Expression value) {
        if (value instanceof Expression.Text text) {
            Place place = new Place.Local(body.text(text, text.at()), text.at());
            return new Expression.AddressOf(place, new PointerType(IntType.CHAR, AddressSpace.OWN),
                    text.at());
        }
        throw new Mistake(value.at(), "type", "this array has no address", "store it in a variable first");
    }

    List<ExpressionTree> requireCount(List<ExpressionTree> arguments, int least, int most, String name,
            Span at) {
        if (arguments.size() < least || arguments.size() > most) {
            String wanted = least == most
                    ? least == 0 ? "no arguments" : least == 1 ? "one argument" : least + " arguments"
                    : least + " to " + most + " arguments";
            throw new Mistake(at, "call", "'" + name + "' takes " + wanted + ", not " + arguments.size());
        }
        return arguments;
    }
}
