package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Width;
import java.util.List;
import java.util.Optional;

/**
 * One step inside a block.
 *
 * <p>{@code wide} means 64 bits; otherwise the low 32 bits are used and the result's upper half is zero. Division
 * and shifts behave as the instruction set defines them.
 */
public sealed interface Instruction {

    /** Returns the place in the source that asked for it. */
    Span at();

    /** {@code result = source}. */
    record Copy(Value result, Operand source, Span at) implements Instruction {}

    /** {@code result = left operation right}; {@link AluOperation#MOVE} never occurs. */
    record Binary(Value result, AluOperation operation, boolean wide, Operand left, Operand right, Span at)
            implements
                Instruction {}

    /** {@code result = -operand}. */
    record Negate(Value result, boolean wide, Operand operand, Span at) implements Instruction {}

    /** {@code result = } the low {@code bits} (8, 16 or 32) bits of the operand, zero- or sign-extended to 64. */
    record Extend(Value result, int bits, boolean signed, Operand operand, Span at) implements Instruction {}

    /** Reorders the low {@code bits} (16, 32 or 64) bits and clears those above. */
    record ByteSwap(Value result, Order order, int bits, Operand operand, Span at) implements Instruction {}

    /** {@code result = left condition right ? 1 : 0}. */
    record Compare(Value result, Condition condition, boolean wide, Operand left, Operand right, Span at)
            implements
                Instruction {}

    /** {@code result = *(width *)(base + offset)}, extended to 64 bits. */
    record Load(Value result, Width width, boolean signed, Base base, int offset,
            Span at) implements Instruction {}

    /** {@code *(width *)(base + offset) = value}. */
    record Store(Width width, Base base, int offset, Operand value, Span at) implements Instruction {}

    /**
     * {@code *(width *)(base + offset) operation= operand} at once; with a result the old value comes back in it.
     *
     * @param expected what {@link AtomicOperation#COMPARE_EXCHANGE} compares with, else empty
     */
    record Atomic(Optional<Value> result, AtomicOperation operation, Width width, Base base, int offset,
            Operand operand, Optional<Operand> expected, Span at) implements Instruction {}

    /** {@code result = } the address of a byte of the frame. */
    record SlotAddress(Value result, Slot slot, int offset, Span at) implements Instruction {}

    /** {@code result = } the map, as helpers take it. */
    record MapReference(Value result, String map, Span at) implements Instruction {}

    /** {@code result = } the address of a byte of the single value of an array map: a global variable. */
    record MapValueAddress(Value result, String map, int offset, Span at) implements Instruction {}

    /** Calls a helper; a slot as argument is passed by its address (make a {@link SlotAddress} first). */
    record CallHelper(Optional<Value> result, Helper helper, List<Operand> arguments, Span at)
            implements
                Instruction {
        /** Copies the list. */
        public CallHelper {
            arguments = List.copyOf(arguments);
        }
    }

    /** Calls another function of the unit by name, with at most five arguments. */
    record CallFunction(Optional<Value> result, String function, List<Operand> arguments, Span at)
            implements
                Instruction {
        /** Copies the list. */
        public CallFunction {
            arguments = List.copyOf(arguments);
        }
    }
}
