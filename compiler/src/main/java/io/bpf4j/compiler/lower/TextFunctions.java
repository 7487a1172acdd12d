package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import java.util.List;

/** Lowers strlen and strncmp on own memory: a byte at a time, in a straight run if short, else in a loop. */
final class TextFunctions {
    private static final int UNROLLED = 8;
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;

    TextFunctions(FunctionLowering function) {
        this.function = function;
        code = function.code();
    }

    private static long constant(Expression expression) {
        if (expression instanceof Expression.Constant constant) {
            return constant.value();
        }
        throw new IllegalStateException(expression.at() + ": the limit is no constant");
    }

    /** {@code strlen(text, limit)}. */
    Operand length(List<Expression> arguments) {
        Value start = code.copyOf(function.expressions().value(arguments.get(0)));
        long limit = constant(arguments.get(1));
        Value length = code.copyOf(ZERO);
        int end = code.block();
        eachByte(limit, length, end, () -> {
            Value one = code.load(1, false, at(start, length));
            int next = code.block();
            code.branchIfZero(one, end, next);
            code.start(next);
        });
        code.start(end);
        return length;
    }

    /** {@code strncmp(a, b, n)}: the difference of the first bytes that differ. */
    Operand compare(List<Expression> arguments) {
        Operand first = function.expressions().value(arguments.get(0));
        Value left = code.copyOf(first);
        Value right = code.copyOf(function.expressions().value(arguments.get(1)));
        long limit = constant(arguments.get(2));
        Value result = code.copyOf(ZERO);
        Value index = code.copyOf(ZERO);
        int end = code.block();
        eachByte(limit, index, end, () -> {
            Value a = code.load(1, false, at(left, index));
            Value b = code.load(1, false, at(right, index));
            int differ = code.block();
            int same = code.block();
            int next = code.block();
            code.branch(Condition.NOT_EQUAL, true, a, b, differ, same);
            code.start(differ);
            code.copy(result, code.binary(AluOperation.SUBTRACT, true, a, b));
            code.jump(end);
            code.start(same);
            code.branchIfZero(a, end, next);
            code.start(next);
        });
        code.start(end);
        return result;
    }

    private Address at(Value start, Value index) {
        return new Address(code.inRegister(code.binary(AluOperation.ADD, true, start, index)), 0, 1);
    }

    private void eachByte(long limit, Value index, int end, Runnable body) {
        if (limit <= UNROLLED) {
            for (long round = 0; round < limit; round++) {
                body.run();
                code.binaryInto(index, AluOperation.ADD, true, index, Operand.constant(1));
            }
            return;
        }
        int head = code.block();
        code.start(head);
        body.run();
        code.binaryInto(index, AluOperation.ADD, true, index, Operand.constant(1));
        code.branch(Condition.LESS, true, index, Operand.constant(limit), head, end);
    }
}
