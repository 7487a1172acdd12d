package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import java.util.BitSet;
import java.util.List;

/** Lowers what is done with rings and perf buffers; a record that finds no room is counted. */
final class Rings {
    private static final Operand ZERO = Operand.constant(0);
    /** The perf buffer of the CPU that the program runs on (include/uapi/linux/bpf.h, BPF_F_CURRENT_CPU). */
    private static final Operand CURRENT_CPU = Operand.constant(0xffff_ffffL);
    /**
     * The kernel reserves constant sizes only (kernel/bpf/verifier.c, ARG_CONST_ALLOC_SIZE_OR_ZERO), so a computed
     * number of extra bytes is rounded up to one of these; more is a loss.
     */
    private static final List<Integer> EXTRA_SIZES = List.of(64, 256, 1024, 4096, 16384);
    /** Arrays in a record up to this size are cleared when it is reserved; longer ones are the author's to fill. */
    private static final int CLEARED_ARRAY = 64;

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Maps maps;

    Rings(FunctionLowering function, Maps maps) {
        this.function = function;
        this.maps = maps;
        code = function.code();
    }

    Operand reserve(Expression.MapCall call) {
        String ring = call.map().spec().name();
        Type record = ((PointerType) call.type()).target();
        int size = record.size();
        Operand extra = call.arguments().isEmpty()
                ? ZERO
                : function.expressions().value(call.arguments().getFirst());
        Value place = code.value();
        if (extra instanceof Operand.Constant constant) {
            code.copy(place, reserve(ring, size + Math.toIntExact(constant.value())));
        } else {
            reserveOneOf(ring, size, extra, place);
        }
        int full = code.block();
        int reserved = code.block();
        int end = code.block();
        code.branchIfZero(place, full, reserved);
        code.start(full);
        maps.count(ring, LossCounter.Kind.LOST);
        code.jump(end);
        code.start(reserved);
        clear(record, new Address(place, 0, Long.BYTES));
        code.start(end);
        return place;
    }

    /** Returns room in a ring, or null. */
    Value reserve(String ring, int size) {
        return code.call(Helper.RINGBUF_RESERVE, code.map(ring), Operand.constant(size), ZERO);
    }

    private void reserveOneOf(String ring, int size, Operand extra, Value place) {
        int end = code.block();
        for (int room : EXTRA_SIZES) {
            int fits = code.block();
            int next = code.block();
            code.branch(Condition.LESS_OR_EQUAL, true, extra, Operand.constant(room), fits, next);
            code.start(fits);
            code.copy(place, reserve(ring, size + room));
            code.jump(end);
            code.start(next);
        }
        code.copy(place, ZERO);
        code.start(end);
    }

    /** Clears a record but for its long arrays. */
    private void clear(Type record, Address place) {
        BitSet kept = new BitSet();
        keepArrays(record, 0, kept);
        int at = kept.nextClearBit(0);
        while (at < record.size()) {
            int end = kept.nextSetBit(at);
            end = end < 0 ? record.size() : end;
            function.memory().zero(place.plus(at), end - at);
            at = kept.nextClearBit(end);
        }
    }

    private static void keepArrays(Type type, int offset, BitSet kept) {
        if (type instanceof StructType struct) {
            for (StructType.Field field : struct.fields()) {
                keepArrays(field.type(), offset + field.offset(), kept);
            }
        } else if (type instanceof ArrayType array && array.size() > CLEARED_ARRAY) {
            kept.set(offset, offset + array.size());
        }
    }

    /** Publishes a record, or gives it back. */
    Operand finish(Expression.MapCall call, Helper helper) {
        code.call(helper, function.expressions().value(call.arguments().getFirst()), ZERO);
        return ZERO;
    }

    Operand output(Expression.MapCall call) {
        MapSpec map = call.map().spec();
        Expression record = call.arguments().getFirst();
        Value memory;
        Operand size;
        if (call.arguments().size() == 1) {
            size = Operand.constant(record.type().size());
            memory = code.pointerTo(function.memory().holding(record));
        } else {
            memory = code.inRegister(function.expressions().value(record));
            size = limited(record, function.expressions().value(call.arguments().get(1)));
        }
        Value error;
        if (map.kind() == MapKind.PERF_EVENT_ARRAY) {
            error = code.call(Helper.PERF_EVENT_OUTPUT, function.context(call.at()), code.map(map.name()),
                    CURRENT_CPU, memory, size);
        } else {
            error = code.call(Helper.RINGBUF_OUTPUT, code.map(map.name()), memory, size, ZERO);
        }
        maps.countIfNegative(error, map.name());
        return error;
    }

    /** The first bytes of a record are no more than it has, unless its end is open. */
    private Operand limited(Expression pointer, Operand size) {
        Type target = pointer instanceof Expression.AddressOf address
                ? address.place().type()
                : ((PointerType) pointer.type()).target();
        boolean open = target.size() == 0 || target instanceof StructType struct && isOpen(struct)
                || pointer instanceof Expression.AddressOf address
                        && address.place() instanceof Place.Element;
        if (open) {
            return size;
        }
        return size instanceof Operand.Constant constant
                ? Operand.constant(Math.min(target.size(), constant.value()))
                : function.places().clamp(size, target.size());
    }

    private static boolean isOpen(StructType struct) {
        return !struct.fields().isEmpty() && struct.fields().getLast().type().size() == 0;
    }
}
