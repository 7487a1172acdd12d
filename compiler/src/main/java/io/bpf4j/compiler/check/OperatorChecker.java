package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.ExpressionTree.BinaryOperator;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;

/** C's operators on numbers and pointers. */
record OperatorChecker(ExpressionChecker expressions) {

    /** Returns the arithmetic operator, or null for comparisons and logic. */
    static Operator arithmetic(BinaryOperator operator) {
        return switch (operator) {
            case MULTIPLY -> Operator.MULTIPLY;
            case DIVIDE -> Operator.DIVIDE;
            case MODULO -> Operator.MODULO;
            case ADD -> Operator.ADD;
            case SUBTRACT -> Operator.SUBTRACT;
            case SHIFT_LEFT -> Operator.SHIFT_LEFT;
            case SHIFT_RIGHT -> Operator.SHIFT_RIGHT;
            case AND -> Operator.AND;
            case XOR -> Operator.XOR;
            case OR -> Operator.OR;
            case LESS, GREATER, LESS_OR_EQUAL, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL, LOGICAL_AND, LOGICAL_OR ->
                null;
        };
    }

    Expression prefix(ExpressionTree.Prefix prefix) {
        Span at = prefix.at();
        return switch (prefix.operator()) {
            case INCREMENT -> expressions.step(prefix.operand(), true, at);
            case DECREMENT -> expressions.step(prefix.operand(), false, at);
            case PLUS -> promoted(prefix.operand());
            case MINUS -> {
                Expression operand = promoted(prefix.operand());
                yield Folder.negate(operand, (IntType) operand.type(), at);
            }
            case COMPLEMENT -> {
                Expression operand = promoted(prefix.operand());
                yield Folder.complement(operand, (IntType) operand.type(), at);
            }
            case NOT -> Folder.not(expressions.scalar(prefix.operand()), at);
            case ADDRESS -> expressions.places().addressOf(prefix);
            case DEREFERENCE -> throw new IllegalStateException("a place: " + prefix);
        };
    }

    private Expression promoted(ExpressionTree tree) {
        Expression value = Conversions.requireNumber(expressions.scalar(tree), "the operand");
        return Conversions.operand(value, Conversions.promoted(value.type()));
    }

    Expression binary(ExpressionTree.Binary binary) {
        BinaryOperator operator = binary.operator();
        return switch (operator) {
            case LOGICAL_AND, LOGICAL_OR -> logical(binary);
            case LESS, GREATER, LESS_OR_EQUAL, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL -> compare(binary);
            default ->
                arithmetic(binary, expressions.scalar(binary.left()), expressions.scalar(binary.right()));
        };
    }

    private Expression logical(ExpressionTree.Binary binary) {
        boolean and = binary.operator() == BinaryOperator.LOGICAL_AND;
        Expression left = Conversions.truth(expressions.scalar(binary.left()));
        Expression right = Conversions.truth(expressions.scalar(binary.right()));
        if (left instanceof Constant a && right instanceof Constant b) {
            boolean result = and ? a.value() != 0 && b.value() != 0 : a.value() != 0 || b.value() != 0;
            return new Constant(result ? 1 : 0, IntType.BOOL, binary.at());
        }
        return new Expression.Logical(and, left, right, binary.at());
    }

    private Expression arithmetic(ExpressionTree.Binary binary, Expression left, Expression right) {
        Operator operator = arithmetic(binary.operator());
        if (left.type() instanceof PointerType || right.type() instanceof PointerType) {
            return pointer(binary, left, right);
        }
        return number(operator, left, right, binary.at());
    }

    static Expression number(Operator operator, Expression left, Expression right, Span at) {
        if (operator == Operator.SHIFT_LEFT || operator == Operator.SHIFT_RIGHT) {
            IntType type = Conversions.promoted(left.type());
            return Folder.arithmetic(operator, Conversions.operand(left, type),
                    Conversions.operand(right, IntType.U32),
                    type, at);
        }
        IntType type = Conversions.common(left.type(), right.type());
        return Folder.arithmetic(operator, Conversions.operand(left, type), Conversions.operand(right, type),
                type, at);
    }

    private Expression pointer(ExpressionTree.Binary binary, Expression left, Expression right) {
        boolean minus = binary.operator() == BinaryOperator.SUBTRACT;
        if (minus && left.type() instanceof PointerType a && right.type() instanceof PointerType b) {
            if (!a.equals(b)) {
                throw new Mistake(binary.at(), "type",
                        "'" + a.spelling() + "' and '" + b.spelling() + "' have no difference");
            }
            return new Expression.PointerDifference(left, right, elementSize(a, binary.at()), binary.at());
        }
        if (left.type() instanceof PointerType && Conversions.isNumber(right.type())
                && (minus || binary.operator() == BinaryOperator.ADD)) {
            return offset(left, minus ? negated(right) : right, binary.at());
        }
        if (binary.operator() == BinaryOperator.ADD && Conversions.isNumber(left.type())) {
            return offset(right, left, binary.at());
        }
        throw new Mistake(binary.at(), "type", "'" + binary.operator().spelling() + "' does not work on '"
                + left.type().spelling() + "' and '" + right.type().spelling() + "'",
                "cast the pointer to u64 first");
    }

    private static Expression negated(Expression count) {
        return Folder.negate(Conversions.operand(count, IntType.S64), IntType.S64, count.at());
    }

    /** Returns {@code pointer + count} elements. */
    static Expression offset(Expression pointer, Expression count, Span at) {
        PointerType type = (PointerType) pointer.type();
        Expression wide = Conversions.operand(Conversions.requireNumber(count, "what is added to a pointer"),
                IntType.S64);
        return new Expression.PointerOffset(pointer, wide, elementSize(type, at), type, at);
    }

    static int elementSize(PointerType type, Span at) {
        if (type.target() == VoidType.VOID) {
            return 1;
        }
        TypeResolver.requireSize(type.target(), at);
        return type.target().size();
    }

    private Expression compare(ExpressionTree.Binary binary) {
        Operand left = expressions.operand(binary.left());
        Operand right = expressions.operand(binary.right());
        if (left.type() instanceof ArrayType || right.type() instanceof ArrayType) {
            Expression text = text(binary, left, right);
            if (text != null) {
                return text;
            }
        }
        Expression a = expressions.decayed(left);
        Expression b = expressions.decayed(right);
        if (a.type() instanceof StructType || b.type() instanceof StructType) {
            throw new Mistake(binary.at(), "type", "structs cannot be compared", "compare their fields");
        }
        if (a.type() instanceof PointerType || b.type() instanceof PointerType) {
            return pointers(binary, a, b);
        }
        if (!Conversions.isNumber(a.type()) || !Conversions.isNumber(b.type())) {
            throw new Mistake(binary.at(), "type", "'" + a.type().spelling() + "' and '" + b.type().spelling()
                    + "' cannot be compared");
        }
        IntType type = Conversions.common(a.type(), b.type());
        warnOfSigns(a, b, type, binary.at());
        return Folder.compare(condition(binary.operator(), type.signed()), Conversions.operand(a, type),
                Conversions.operand(b, type), binary.at());
    }

    /** Returns a comparison of text, or null if the arrays are to be compared as addresses. */
    private Expression text(ExpressionTree.Binary binary, Operand left, Operand right) {
        Expression a = left instanceof Operand.Value value ? value.expression() : null;
        Expression b = right instanceof Operand.Value value ? value.expression() : null;
        Operand text = b instanceof Expression.Text ? left : right;
        Expression.Text constant = b instanceof Expression.Text given
                ? given
                : a instanceof Expression.Text given ? given : null;
        if (constant == null) {
            boolean both = left.type() instanceof ArrayType && right.type() instanceof ArrayType;
            if (both) {
                throw new Mistake(binary.at(), "type", "arrays cannot be compared",
                        "use strncmp, or compare with a text");
            }
            return null;
        }
        boolean equal = binary.operator() == BinaryOperator.EQUAL;
        if (!equal && binary.operator() != BinaryOperator.NOT_EQUAL) {
            throw new Mistake(binary.at(), "type", "text can only be compared by == and !=",
                    "use strncmp for an order");
        }
        if (!(text.type() instanceof ArrayType array && array.isString())) {
            throw new Mistake(binary.at(), "type", "only an array of char can be compared with a text, not '"
                    + text.type().spelling() + "'",
                    text.type() instanceof PointerType
                            ? "copy it into a variable with read_user_str first"
                            : "declare it as char[N]");
        }
        Expression same = new Expression.TextEquals(expressions.read(text), constant.value(), binary.at());
        return equal ? same : new Expression.Not(same, binary.at());
    }

    private Expression pointers(ExpressionTree.Binary binary, Expression a, Expression b) {
        Condition condition = condition(binary.operator(), false);
        if (isNull(a)) {
            return Folder.compare(condition, new Constant(0, b.type(), a.at()), b, binary.at());
        }
        if (isNull(b)) {
            return Folder.compare(condition, a, new Constant(0, a.type(), b.at()), binary.at());
        }
        boolean fits = a.type() instanceof PointerType x && b.type() instanceof PointerType y
                && x.space() == y.space();
        if (!fits) {
            throw new Mistake(binary.at(), "type", "'" + a.type().spelling() + "' and '" + b.type().spelling()
                    + "' cannot be compared", "cast the pointer to u64");
        }
        return Folder.compare(condition, a, Folder.convert(b, a.type(), b.at()), binary.at());
    }

    private static boolean isNull(Expression value) {
        return value instanceof Constant constant && constant.value() == 0
                && !(constant.type() instanceof PointerType pointer && pointer.space() != AddressSpace.OWN);
    }

    private void warnOfSigns(Expression a, Expression b, IntType common, Span at) {
        if (common.signed() || a instanceof Constant && b instanceof Constant) {
            return;
        }
        if (isSignedNumber(a) || isSignedNumber(b)) {
            Type signed = isSignedNumber(a) ? a.type() : b.type();
            expressions.diagnostics().warning(at, "sign", "comparison of signed '" + signed.spelling()
                    + "' with an unsigned number: a negative one counts as a very large one",
                    "cast one of them");
        }
    }

    private static boolean isSignedNumber(Expression value) {
        return Conversions.promoted(value.type()).signed() && Conversions.number(value.type()).signed()
                && !(value instanceof Constant constant && constant.value() >= 0);
    }

    private static Condition condition(BinaryOperator operator, boolean signed) {
        return switch (operator) {
            case EQUAL -> Condition.EQUAL;
            case NOT_EQUAL -> Condition.NOT_EQUAL;
            case LESS -> signed ? Condition.SIGNED_LESS : Condition.LESS;
            case LESS_OR_EQUAL -> signed ? Condition.SIGNED_LESS_OR_EQUAL : Condition.LESS_OR_EQUAL;
            case GREATER -> signed ? Condition.SIGNED_GREATER : Condition.GREATER;
            case GREATER_OR_EQUAL -> signed ? Condition.SIGNED_GREATER_OR_EQUAL : Condition.GREATER_OR_EQUAL;
            default -> throw new IllegalStateException("no comparison: " + operator);
        };
    }

    Expression conditional(ExpressionTree.Conditional choice) {
        Expression condition = Conversions.truth(expressions.scalar(choice.condition()));
        Operand whenTrue = expressions.operand(choice.whenTrue());
        Operand whenFalse = expressions.operand(choice.whenFalse());
        boolean aggregates = whenTrue.type().equals(whenFalse.type())
                && !Conversions.isScalar(whenTrue.type());
        Expression a = aggregates ? expressions.read(whenTrue) : expressions.decayed(whenTrue);
        Expression b = aggregates ? expressions.read(whenFalse) : expressions.decayed(whenFalse);
        Type type = aggregates ? a.type() : joined(a, b, choice.at());
        Conversions conversions = expressions.body().environment().conversions();
        Expression left = conversions.assigned(a, type);
        Expression right = conversions.assigned(b, type);
        if (condition instanceof Constant constant) {
            return constant.value() != 0 ? left : right;
        }
        return new Expression.Conditional(condition, left, right, type, choice.at());
    }

    private static Type joined(Expression a, Expression b, Span at) {
        if (Conversions.isNumber(a.type()) && Conversions.isNumber(b.type())) {
            return Conversions.common(a.type(), b.type());
        }
        if (a.type() instanceof PointerType && !isNull(a)) {
            return a.type();
        }
        if (b.type() instanceof PointerType) {
            return b.type();
        }
        throw new Mistake(at, "type",
                "the two sides of ?: have types without a common one: '" + a.type().spelling()
                        + "' and '" + b.type().spelling() + "'");
    }
}
