package io.bpf4j.vm.engine;

import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;

/** Atomic operations on aligned places of a memory's buffer (RFC 9669, section 5.3); public for generated code. */
public final class Atomics {

    private Atomics() {}

    /**
     * Does an operation on 8 bytes.
     *
     * @param expected what a compare-exchange expects: R0
     * @return what was there before
     */
    public static long applyLong(ByteBuffer buffer, int index, AtomicOperation operation, long operand,
            long expected) {
        return switch (operation) {
            case ADD -> (long) Memory.LONGS.getAndAdd(buffer, index, operand);
            case OR -> (long) Memory.LONGS.getAndBitwiseOr(buffer, index, operand);
            case AND -> (long) Memory.LONGS.getAndBitwiseAnd(buffer, index, operand);
            case XOR -> (long) Memory.LONGS.getAndBitwiseXor(buffer, index, operand);
            case EXCHANGE -> (long) Memory.LONGS.getAndSet(buffer, index, operand);
            case COMPARE_EXCHANGE -> (long) Memory.LONGS.compareAndExchange(buffer, index, expected, operand);
        };
    }

    /**
     * Does an operation on 4 bytes.
     *
     * @param expected what a compare-exchange expects: the lower half of R0
     * @return what was there before
     */
    public static int applyInt(ByteBuffer buffer, int index, AtomicOperation operation, int operand,
            int expected) {
        return switch (operation) {
            case ADD -> (int) Memory.INTS.getAndAdd(buffer, index, operand);
            case OR -> (int) Memory.INTS.getAndBitwiseOr(buffer, index, operand);
            case AND -> (int) Memory.INTS.getAndBitwiseAnd(buffer, index, operand);
            case XOR -> (int) Memory.INTS.getAndBitwiseXor(buffer, index, operand);
            case EXCHANGE -> (int) Memory.INTS.getAndSet(buffer, index, operand);
            case COMPARE_EXCHANGE -> (int) Memory.INTS.compareAndExchange(buffer, index, expected, operand);
        };
    }
}
