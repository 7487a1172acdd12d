package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;

/** Lowers {@code hist.add(v)}: finds the number's bucket and counts in it. */
final class Histograms {
    private static final Operand ZERO = Operand.constant(0);
    private static final Operand ONE = Operand.constant(1);
    private static final int HALF = 32;
    private static final int LOG2_COUNTER_BYTES = Long.BYTES;

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Maps maps;

    Histograms(FunctionLowering function, Maps maps) {
        this.function = function;
        this.maps = maps;
        code = function.code();
    }

    Operand add(Expression.MapCall call) {
        MapSpec map = call.map().spec();
        Address key;
        if (call.arguments().size() == 1) {
            key = function.memory().temporary(map.keySize());
            function.memory().zero(key, map.keySize());
        } else {
            key = function.memory().holding(call.arguments().getFirst());
        }
        Operand number = code.copyOf(function.expressions().value(call.arguments().getLast()));
        int found = code.block();
        int full = code.block();
        int end = code.block();
        Value counts = maps.lookupOrCreate(map, key, found, full);
        code.start(full);
        maps.count(map.name(), LossCounter.Kind.MAP_FULL);
        code.jump(end);
        code.start(found);
        increment(counts, bucket(map, number));
        code.start(end);
        return ZERO;
    }

    private void increment(Value counts, Operand bucket) {
        Operand bytes = code.binary(AluOperation.MULTIPLY, true, bucket,
                Operand.constant(LOG2_COUNTER_BYTES));
        Value place = code.inRegister(code.binary(AluOperation.ADD, true, counts, bytes));
        Address counter = new Address(place, 0, Long.BYTES);
        Value before = code.load(Long.BYTES, false, counter);
        code.store(Long.BYTES, counter, code.binary(AluOperation.ADD, true, before, ONE));
    }

    private Operand bucket(MapSpec map, Operand number) {
        return switch (map.role()) {
            case MapRole.LinearHistogram linear -> linearBucket(linear, map.valueSize() / Long.BYTES, number);
            default -> {
                Value positive = code.copyOf(number);
                int negative = code.block();
                int end = code.block();
                code.branch(Condition.SIGNED_LESS, true, positive, ZERO, negative, end);
                code.start(negative);
                code.copy(positive, ZERO);
                code.start(end);
                yield bitLength(positive);
            }
        };
    }

    /** The last bucket's number is a limit that the verifier cannot see behind a division, hence the clamp. */
    private Operand linearBucket(MapRole.LinearHistogram linear, int buckets, Operand number) {
        Value bucket = code.value();
        int notBelow = code.block();
        int inside = code.block();
        int above = code.block();
        int below = code.block();
        int end = code.block();
        code.branch(Condition.SIGNED_LESS, true, number, constant(linear.minimum()), below, notBelow);
        code.start(notBelow);
        code.branch(Condition.SIGNED_GREATER_OR_EQUAL, true, number, constant(linear.maximum()), above,
                inside);
        code.start(inside);
        Operand distance = code.binary(AluOperation.SUBTRACT, true, number,
                Operand.constant(linear.minimum()));
        Operand steps = code.binary(AluOperation.DIVIDE, true, distance, Operand.constant(linear.step()));
        Value limited = function.places().clamp(steps, buckets - 2L);
        code.copy(bucket, code.binary(AluOperation.ADD, true, limited, ONE));
        code.jump(end);
        code.start(above);
        code.copy(bucket, Operand.constant(buckets - 1L));
        code.jump(end);
        code.start(below);
        code.copy(bucket, ZERO);
        code.start(end);
        return bucket;
    }

    private Operand constant(long number) {
        return number == (int) number ? Operand.constant(number) : code.copyOf(Operand.constant(number));
    }

    /**
     * Returns the number of significant bits of a 64-bit number. Every comparison is with the register that is then
     * shifted, so that the verifier knows that the result is at most 64.
     */
    Operand bitLength(Operand number) {
        if (number instanceof Operand.Constant constant) {
            return Operand.constant(Long.SIZE - Long.numberOfLeadingZeros(constant.value()));
        }
        Value rest = code.copyOf(number);
        Value bits = code.copyOf(ZERO);
        for (int step = HALF; step >= 1; step /= 2) {
            int larger = code.block();
            int next = code.block();
            code.branch(Condition.GREATER, true, rest, constant((1L << step) - 1), larger, next);
            code.start(larger);
            code.binaryInto(rest, AluOperation.SHIFT_RIGHT, true, rest, Operand.constant(step));
            code.binaryInto(bits, AluOperation.ADD, true, bits, Operand.constant(step));
            code.start(next);
        }
        code.binaryInto(bits, AluOperation.ADD, true, bits, rest);
        return bits;
    }
}
