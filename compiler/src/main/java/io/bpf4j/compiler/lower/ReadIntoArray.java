package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.AddressSpace;
import java.util.List;

/**
 * Lowers a read of the process or kernel into an array from a computed element on, cut at the array's end.
 *
 * <p>The verifier knows the largest index and the largest size but not that one is small where the other is large, so
 * the bytes are read to the side and then copied to their places in blocks of constant size.
 */
final class ReadIntoArray {
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final AddressSpace space;
    private final boolean asText;

    ReadIntoArray(FunctionLowering function, AddressSpace space, boolean asText) {
        this.function = function;
        code = function.code();
        this.space = space;
        this.asText = asText;
    }

    /** Returns whether the destination is such an element. */
    static boolean isFor(Expression destination) {
        return destination instanceof Expression.AddressOf address
                && address.place() instanceof Place.Element element && Types.isScalar(element.type())
                && !(element.index() instanceof Expression.Constant);
    }

    /** Lowers the call; returns what the helper returns. */
    Operand lower(List<Expression> arguments) {
        Place.Element element = (Place.Element) ((Expression.AddressOf) arguments.getFirst()).place();
        int length = element.base().type().size();
        Operand from = function.expressions().value(arguments.get(1));
        Operand wanted = function.expressions().value(arguments.get(2));
        Operand first = function.places().offset(element);
        Operand left = code.binary(AluOperation.SUBTRACT, true, Operand.constant(length), first);
        Value size = function.places().clamp(smaller(wanted, left), length);
        Address aside = function.memory().temporary(length);
        Value result = code.copyOf(
                code.call(Operations.reader(space, asText), code.pointerTo(aside), size, from));
        Value count = code.copyOf(size);
        if (asText) {
            int known = code.block();
            int next = code.block();
            code.branch(Condition.SIGNED_GREATER, true, result, ZERO, known, next);
            code.start(known);
            code.copy(count, result);
            code.start(next);
        }
        place(element, first, aside, count, length);
        return result;
    }

    private Value smaller(Operand wanted, Operand left) {
        Value size = code.copyOf(wanted);
        int cut = code.block();
        int next = code.block();
        code.branch(Condition.GREATER, true, size, left, cut, next);
        code.start(cut);
        code.copy(size, left);
        code.start(next);
        return size;
    }

    /** Copies one block for each power of two that the size is made of, so that every copy has a constant size. */
    private void place(Place.Element element, Operand first, Address aside, Value count, int length) {
        Value to = code.pointerTo(function.places().address(element.base()));
        Value from = code.pointerTo(aside);
        for (int block = Integer.highestOneBit(length); block > 0; block >>= 1) {
            int chosen = code.block();
            int inside = code.block();
            int copied = code.block();
            int next = code.block();
            Operand bit = code.binary(AluOperation.AND, true, count, Operand.constant(block));
            code.branch(Condition.NOT_EQUAL, true, bit, ZERO, chosen, next);
            code.start(chosen);
            // The two comparisons never fail; they are what tells the verifier so.
            Value done = code
                    .inRegister(code.binary(AluOperation.AND, true, count, Operand.constant(-2L * block)));
            code.branch(Condition.GREATER, true, done, Operand.constant(length - block), next, inside);
            code.start(inside);
            Value at = code.inRegister(code.binary(AluOperation.ADD, true, first, done));
            code.branch(Condition.GREATER, true, at, Operand.constant(length - block), next, copied);
            code.start(copied);
            code.call(Operations.reader(AddressSpace.KERNEL, false), sum(to, at), Operand.constant(block),
                    sum(from, done));
            code.start(next);
        }
    }

    private Value sum(Value pointer, Value distance) {
        return code.inRegister(code.binary(AluOperation.ADD, true, pointer, distance));
    }
}
