package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.Locale;

/** Which type becomes which, by itself or by a cast. */
record Conversions(Diagnostics diagnostics) {

    static boolean isNumber(Type type) {
        return type instanceof IntType || type instanceof EnumType;
    }

    static boolean isScalar(Type type) {
        return isNumber(type) || type instanceof PointerType;
    }

    /** Returns the whole-number type of a number. */
    static IntType number(Type type) {
        return type instanceof EnumType named ? named.underlying() : (IntType) type;
    }

    /** Returns the type that arithmetic on a number happens in: at least 32 bits. */
    static IntType promoted(Type type) {
        IntType number = number(type);
        return number.size() < Integer.BYTES ? IntType.S32 : IntType.of(number.size(), number.signed());
    }

    /** Returns the type that two numbers meet in: the larger one, the unsigned one of equals. */
    static IntType common(Type left, Type right) {
        IntType a = promoted(left);
        IntType b = promoted(right);
        if (a.size() != b.size()) {
            return a.size() > b.size() ? a : b;
        }
        return a.signed() ? b : a;
    }

    /** Returns a condition: a bool that is true where the value is not zero. */
    static Expression truth(Expression value) {
        if (!isScalar(value.type())) {
            throw new Mistake(value.at(), "type",
                    "a condition must be a number or a pointer, not '" + value.type().spelling() + "'");
        }
        return Folder.convert(value, IntType.BOOL, value.at());
    }

    /** Returns the number as an operand of arithmetic in a type. */
    static Expression operand(Expression value, IntType type) {
        return Folder.convert(value, type, value.at());
    }

    static Expression requireNumber(Expression value, String what) {
        if (!isNumber(value.type())) {
            throw new Mistake(value.at(), "type",
                    what + " must be a number, not '" + value.type().spelling() + "'");
        }
        return value;
    }

    /** Returns the value as what a variable, parameter or field of the type takes. */
    Expression assigned(Expression value, Type target) {
        Type source = value.type();
        if (source.equals(target)) {
            return value;
        }
        if (isNumber(target) && isNumber(source)) {
            return number(value, target);
        }
        if (target == IntType.BOOL && source instanceof PointerType) {
            return truth(value);
        }
        if (target instanceof PointerType pointer) {
            return pointer(value, pointer);
        }
        if (target instanceof ArrayType array && array.isString() && value instanceof Expression.Text text) {
            return text(text, array);
        }
        String hint = source instanceof PointerType && isNumber(target)
                ? "write a cast, as in (u64)pointer"
                : "";
        throw new Mistake(value.at(), "type",
                "cannot convert '" + source.spelling() + "' to '" + target.spelling() + "'", hints(hint));
    }

    private static String[] hints(String hint) {
        return hint.isEmpty() ? new String[0] : new String[]{hint};
    }

    private Expression number(Expression value, Type target) {
        if (value instanceof Constant constant && target != IntType.BOOL) {
            long kept = Folder.normalised(constant.value(), target);
            boolean signChanged = kept == constant.value() && target.size() == Long.BYTES && kept < 0
                    && number(target).signed() != number(constant.type()).signed() && number(target).signed();
            boolean bitPattern = target.size() == constant.type().size() && kept != constant.value();
            if ((kept != constant.value() && !bitPattern || signChanged)
                    && !(constant.value() == -1 && !number(target).signed())) {
                diagnostics.warning(value.at(), "constant",
                        "the constant " + shown(constant) + " does not fit '"
                                + target.spelling() + "' and becomes "
                                + shown(new Constant(kept, target, value.at())));
            }
        }
        return Folder.convert(value, target, value.at());
    }

    private static String shown(Constant constant) {
        return isNumber(constant.type()) && !number(constant.type()).signed()
                ? Long.toUnsignedString(constant.value())
                : Long.toString(constant.value());
    }

    static Expression text(Expression.Text text, ArrayType array) {
        if (text.value().length() > array.length()) {
            throw new Mistake(text.at(), "type", "the text has " + text.value().length() + " bytes, but '"
                    + array.spelling() + "' has room for " + array.length());
        }
        return new Expression.Text(text.value(), array, text.at());
    }

    private static Expression pointer(Expression value, PointerType target) {
        if (value instanceof Constant constant && constant.value() == 0) {
            return new Constant(0, target, value.at());
        }
        if (!(value.type() instanceof PointerType source)) {
            throw new Mistake(value.at(), "type",
                    "cannot convert '" + value.type().spelling() + "' to '" + target.spelling() + "'",
                    isNumber(value.type())
                            ? "write a cast, as in (" + target.spelling() + ")address"
                            : "take an address with &");
        }
        if (source.space() != target.space()) {
            throw new Mistake(value.at(), "type", "a pointer into " + memory(source.space())
                    + " cannot become one into " + memory(target.space()), spaceHint(source, target));
        }
        boolean compatible = source.target() == VoidType.VOID || target.target() == VoidType.VOID
                || sameShape(source.target(), target.target());
        if (!compatible) {
            throw new Mistake(value.at(), "type",
                    "cannot convert '" + source.spelling() + "' to '" + target.spelling()
                            + "'",
                    "write a cast if that is what you mean");
        }
        return Folder.convert(value, target, value.at());
    }

    private static boolean sameShape(Type left, Type right) {
        if (left instanceof PointerType a && right instanceof PointerType b) {
            return sameShape(a.target(), b.target());
        }
        return left.equals(right)
                || left instanceof IntType a && right instanceof IntType b && a.size() == b.size();
    }

    private static String spaceHint(PointerType source, PointerType target) {
        return switch (source.space()) {
            case USER ->
                "declare it as '" + target.target().spelling() + " __user *' or give it its value at once";
            case KERNEL ->
                "declare it as '" + target.target().spelling() + " __kernel *' or give it its value at once";
            case OWN -> "store the value itself, or read it with *";
        };
    }

    static String memory(AddressSpace space) {
        return switch (space) {
            case OWN -> "the program's own memory";
            case USER, KERNEL -> space.name().toLowerCase(Locale.ROOT) + " memory";
        };
    }

    /** Returns the value of a cast; {@code space} is whose memory a number is taken to point into. */
    static Expression cast(Expression value, Type target, AddressSpace space, boolean spaceGiven, Span at) {
        Type source = value.type();
        if (target == VoidType.VOID || source.equals(target)) {
            return value;
        }
        if (target instanceof PointerType pointer && source instanceof PointerType from) {
            boolean crossing = spaceGiven && from.space() != space
                    && (from.space() == AddressSpace.OWN || space == AddressSpace.OWN);
            if (crossing) {
                throw new Mistake(at, "type",
                        "a pointer into " + memory(from.space()) + " cannot become one into "
                                + memory(space));
            }
            return Folder.convert(value, new PointerType(pointer.target(), spaceGiven ? space : from.space()),
                    at);
        }
        if (target instanceof PointerType pointer && isNumber(source)) {
            Expression wide = Folder.convert(value, number(source).signed() ? IntType.S64 : IntType.U64, at);
            return Folder.convert(wide, new PointerType(pointer.target(), space), at);
        }
        if (isNumber(target) && isScalar(source)) {
            return Folder.convert(value, target, at);
        }
        throw new Mistake(at, "type",
                "cannot cast '" + source.spelling() + "' to '" + target.spelling() + "'");
    }
}
