package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.IntType;

/** Lowers conditions to branches; no bool is made. */
final class Conditions {
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;

    Conditions(FunctionLowering function) {
        this.function = function;
        code = function.code();
    }

    /** Goes on at one of two blocks; a condition is any scalar, true where it is not zero. */
    void branch(Expression condition, int whenTrue, int whenFalse) {
        Span before = code.moveTo(condition.at());
        lower(condition, whenTrue, whenFalse);
        code.moveTo(before);
    }

    private void lower(Expression condition, int whenTrue, int whenFalse) {
        switch (condition) {
            case Expression.Constant constant -> code.jump(constant.value() != 0 ? whenTrue : whenFalse);
            case Expression.Not not -> branch(not.operand(), whenFalse, whenTrue);
            case Expression.Logical logical -> logical(logical, whenTrue, whenFalse);
            case Expression.Compare compare -> compare(compare, whenTrue, whenFalse);
            case Expression.TextEquals equals ->
                function.memory().branchOnText(equals, whenTrue, whenFalse);
            case Expression.Convert convert when keepsZero(convert) ->
                branch(convert.operand(), whenTrue, whenFalse);
            case Expression.Arithmetic arithmetic when arithmetic.operator() == Operator.AND ->
                bits(arithmetic, whenTrue, whenFalse);
            default -> code.branch(Condition.NOT_EQUAL, Types.wide(condition.type()),
                    function.expressions().value(condition), ZERO, whenTrue, whenFalse);
        }
    }

    /** Returns whether the result is zero exactly where the operand is. */
    private static boolean keepsZero(Expression.Convert convert) {
        return convert.type() == IntType.BOOL || convert.type().size() >= convert.operand().type().size();
    }

    private void logical(Expression.Logical logical, int whenTrue, int whenFalse) {
        int right = code.block();
        if (logical.and()) {
            branch(logical.left(), right, whenFalse);
        } else {
            branch(logical.left(), whenTrue, right);
        }
        code.start(right);
        branch(logical.right(), whenTrue, whenFalse);
    }

    private void compare(Expression.Compare compare, int whenTrue, int whenFalse) {
        boolean withZero = compare.right() instanceof Expression.Constant constant && constant.value() == 0;
        if (withZero && compare.condition() == Condition.NOT_EQUAL) {
            branch(compare.left(), whenTrue, whenFalse);
        } else if (withZero && compare.condition() == Condition.EQUAL) {
            branch(compare.left(), whenFalse, whenTrue);
        } else {
            Expressions expressions = function.expressions();
            Operand left = expressions.keepIfChanged(expressions.value(compare.left()), compare.right());
            code.branch(compare.condition(), Types.wide(compare.left().type()), left,
                    expressions.value(compare.right()), whenTrue, whenFalse);
        }
    }

    private void bits(Expression.Arithmetic arithmetic, int whenTrue, int whenFalse) {
        Expressions expressions = function.expressions();
        Operand left = expressions.keepIfChanged(expressions.value(arithmetic.left()), arithmetic.right());
        code.branch(Condition.ANY_BIT, Types.wide(arithmetic.type()), left,
                expressions.value(arithmetic.right()), whenTrue, whenFalse);
    }
}
