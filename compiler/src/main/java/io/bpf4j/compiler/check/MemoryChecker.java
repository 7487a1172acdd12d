package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.Optional;

/** The functions that copy, fill, compare and measure memory. */
record MemoryChecker(ExpressionChecker expressions) {

    private static final long UNKNOWN = -1;
    private static final int MAXIMUM = 1 << 24;

    /** An address in the program's own memory, and how many bytes there are, or {@link #UNKNOWN}. */
    private record Region(Expression address, long size) {}

    private Region own(ExpressionTree tree, String what) {
        Operand operand = expressions.operand(tree);
        Type type = operand.type();
        if (operand instanceof Operand.Own place
                && (type instanceof ArrayType || type instanceof StructType)) {
            boolean flexible = type instanceof ArrayType array && array.length() == 0;
            PointerType pointer = new PointerType(type instanceof ArrayType array ? array.element() : type,
                    AddressSpace.OWN);
            return new Region(expressions.places().address(place.place(), pointer, tree.at()),
                    flexible ? UNKNOWN : type.size());
        }
        Expression value = expressions.decayed(operand);
        if (value.type() instanceof PointerType pointer && pointer.space() == AddressSpace.OWN) {
            long size = value instanceof Expression.AddressOf address ? room(address.place()) : UNKNOWN;
            return new Region(value, size);
        }
        throw new Mistake(tree.at(), "type",
                what + " must be an array, a struct or a pointer into the program's own "
                        + "memory, not '" + value.type().spelling() + "'",
                value.type() instanceof PointerType
                        ? "copy it with read_user first"
                        : "take its address with &");
    }

    /** Returns what there is from a place on: as in C, the address of a number in an array leads to those after it. */
    private static long room(Place place) {
        return place instanceof Place.Element element && isNumber(element.type())
                && element.index() instanceof Constant index
                        ? element.base().type().size() - index.value() * element.type().size()
                        : place.type().size();
    }

    private static boolean isNumber(Type type) {
        return !(type instanceof ArrayType || type instanceof StructType);
    }

    /** A read into an array from a computed element on may fill what is left of the array, which lowering sees to. */
    private static Region forReading(Region target) {
        return target.address instanceof Expression.AddressOf address
                && address.place() instanceof Place.Element element && isNumber(element.type())
                && !(element.index() instanceof Constant)
                        ? new Region(address, element.base().type().size())
                        : target;
    }

    Expression read(ExpressionTree.Call call, BuiltinFunction function) {
        List<ExpressionTree> given = expressions.requireCount(call.arguments(), 2, 3, function.spelling(),
                call.at());
        AddressSpace space = function == BuiltinFunction.READ_USER
                || function == BuiltinFunction.READ_USER_STR
                        ? AddressSpace.USER
                        : AddressSpace.KERNEL;
        Region target = forReading(own(given.get(0), "the destination"));
        requireVariable(given.get(0), target);
        PointerType address = new PointerType(VoidType.VOID, space);
        Expression source = expressions.scalar(given.get(1));
        if (source.type() instanceof PointerType pointer && pointer.space() != space) {
            throw new Mistake(given.get(1).at(), "type", "'" + function.spelling() + "' reads "
                    + Conversions.memory(space) + ", but this points into "
                    + Conversions.memory(pointer.space()),
                    pointer.space() == AddressSpace.OWN
                            ? "use memcpy"
                            : pointer.space() == AddressSpace.USER
                                    ? "use read_user"
                                    : "use read_kernel");
        }
        Expression from = Conversions.cast(source, address, space, false, source.at());
        Expression size = given.size() == 3 ? size(given.get(2), target) : wholeSize(target, call.at());
        return new Expression.Builtin(function, List.of(target.address, from, size), Optional.empty(),
                IntType.S64,
                call.at());
    }

    private static Expression wholeSize(Region target, Span at) {
        if (target.size == UNKNOWN) {
            throw new Mistake(at, "call", "the size behind a pointer is not known",
                    "give it as the last argument");
        }
        return new Constant(target.size, IntType.U64, at);
    }

    /** Computed sizes are cut to the room that there is; negative ones are very large and become all of it. */
    private Expression size(ExpressionTree tree, Region target) {
        Expression given = Conversions.requireNumber(expressions.scalar(tree), "a size");
        if (given instanceof Constant constant && (constant.value() < 0
                && Conversions.number(given.type()).signed()
                || target.size != UNKNOWN && Long.compareUnsigned(constant.value(), target.size) > 0)) {
            throw new Mistake(tree.at(), "constant", target.size == UNKNOWN
                    ? "a size cannot be negative"
                    : "the destination has " + target.size + " bytes, not " + constant.value());
        }
        Expression size = Conversions.operand(given, IntType.U64);
        if (size instanceof Constant || target.size == UNKNOWN) {
            return size;
        }
        Expression room = new Constant(target.size, IntType.U64, tree.at());
        return new Expression.Builtin(BuiltinFunction.MIN, List.of(size, room), Optional.empty(), IntType.U64,
                tree.at());
    }

    private long constantSize(ExpressionTree tree, Region... regions) {
        long size = expressions.body().environment().types().constant(tree, "this size");
        for (Region region : regions) {
            if (size < 0 || size > MAXIMUM || region.size != UNKNOWN && size > region.size) {
                throw new Mistake(tree.at(), "constant", size < 0
                        ? "a size cannot be negative"
                        : "there are only " + (region.size == UNKNOWN ? MAXIMUM : region.size)
                                + " bytes, not " + size);
            }
        }
        return size;
    }

    private static Constant bytes(long count, Span at) {
        return new Constant(count, IntType.U64, at);
    }

    Expression length(ExpressionTree.Call call) {
        List<ExpressionTree> given = expressions.requireCount(call.arguments(), 1, 2, "strlen", call.at());
        if (given.getFirst() instanceof ExpressionTree.Text text) {
            int end = text.value().indexOf('\0');
            return bytes(end < 0 ? text.value().length() : end, call.at());
        }
        Region text = characters(given.getFirst());
        Expression limit = given.size() == 2
                ? bytes(constantSize(given.get(1), text), call.at())
                : wholeSize(text, call.at());
        return new Expression.Builtin(BuiltinFunction.STRLEN, List.of(text.address, limit), Optional.empty(),
                IntType.U64,
                call.at());
    }

    private Region characters(ExpressionTree tree) {
        Region region = own(tree, "a text");
        boolean bytes = region.address.type() instanceof PointerType pointer && pointer.target().size() == 1;
        if (!bytes) {
            throw new Mistake(tree.at(), "type",
                    "a text is an array of char, not '" + region.address.type().spelling()
                            + "'");
        }
        return region;
    }

    Expression compare(ExpressionTree.Call call) {
        List<ExpressionTree> given = expressions.requireCount(call.arguments(), 3, 3, "strncmp", call.at());
        Region left = characters(given.get(0));
        Region right = characters(given.get(1));
        boolean literal = given.get(0) instanceof ExpressionTree.Text
                || given.get(1) instanceof ExpressionTree.Text;
        long limit = literal ? constantSize(given.get(2)) : constantSize(given.get(2), left, right);
        long shorter = Math.min(left.size == UNKNOWN ? limit : left.size,
                right.size == UNKNOWN ? limit : right.size);
        if (limit < 0) {
            throw new Mistake(given.get(2).at(), "constant", "a size cannot be negative");
        }
        return new Expression.Builtin(BuiltinFunction.STRNCMP,
                List.of(left.address, right.address, bytes(Math.min(limit, shorter), call.at())),
                Optional.empty(),
                IntType.S32, call.at());
    }

    Expression copy(ExpressionTree.Call call) {
        List<ExpressionTree> given = expressions.requireCount(call.arguments(), 3, 3, "memcpy", call.at());
        Region target = own(given.get(0), "the destination");
        requireVariable(given.get(0), target);
        Region source = own(given.get(1), "the source");
        long size = constantSize(given.get(2), target, source);
        return new Expression.Builtin(BuiltinFunction.MEMCPY,
                List.of(target.address, source.address, bytes(size, call.at())), Optional.empty(),
                VoidType.VOID,
                call.at());
    }

    Expression set(ExpressionTree.Call call) {
        List<ExpressionTree> given = expressions.requireCount(call.arguments(), 3, 3, "memset", call.at());
        Region target = own(given.get(0), "the destination");
        requireVariable(given.get(0), target);
        Expression value = Conversions.requireNumber(expressions.scalar(given.get(1)), "the byte");
        long size = constantSize(given.get(2), target);
        return new Expression.Builtin(BuiltinFunction.MEMSET,
                List.of(target.address, Conversions.operand(value, IntType.U8), bytes(size, call.at())),
                Optional.empty(),
                VoidType.VOID, call.at());
    }

    private static void requireVariable(ExpressionTree tree, Region target) {
        if (tree instanceof ExpressionTree.Text) {
            throw new Mistake(tree.at(), "type", "a text in quotes cannot be written to");
        }
        boolean constant = target.address instanceof Expression.AddressOf address
                && PlaceChecker.root(address.place()) instanceof Place.Global global
                && global.variable().constant();
        if (constant) {
            throw new Mistake(tree.at(), "type", "this is constant");
        }
    }
}
