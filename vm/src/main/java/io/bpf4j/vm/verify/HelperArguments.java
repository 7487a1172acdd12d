package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ArgumentKind;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.verify.HelperMemory.Use;
import java.util.List;

/** Checks what a helper is given, by its table row (kernel/bpf/verifier.c, check_func_arg). */
final class HelperArguments {

    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int TCP_BYTES = 20;

    private final Walk walk;
    private final HelperMemory memory;
    private Helper helper;
    private MapSpec map;
    private long constantKey;
    private int allocation;
    private long greatestSize;
    private int released;
    private PointerTarget.Code callback;

    HelperArguments(Walk walk, HelperMemory memory) {
        this.walk = walk;
        this.memory = memory;
    }

    /** Returns the map that was given, or null. */
    MapSpec map() {
        return map;
    }

    /** Returns the key, if it is a known number of 4 bytes; else -1. */
    long constantKey() {
        return constantKey;
    }

    /** Returns how many bytes were asked for. */
    int allocation() {
        return allocation;
    }

    /** Returns the greatest value of the last size argument. */
    long greatestSize() {
        return greatestSize;
    }

    /** Returns the id of the reference that the call gives back, or 0. */
    int released() {
        return released;
    }

    /** Returns the function that the helper calls, or null. */
    PointerTarget.Code callback() {
        return callback;
    }

    void check(Helper called) {
        helper = called;
        map = null;
        constantKey = -1;
        greatestSize = 0;
        released = 0;
        callback = null;
        memory.begin();
        List<ArgumentKind> kinds = called.arguments();
        for (int index = 0; index < kinds.size(); index++) {
            Register register = Register.of(index + 1);
            check(register, kinds, index, walk.read(register));
        }
        if (called == Helper.SNPRINTF || called == Helper.TRACE_VPRINTK || called == Helper.SEQ_PRINTF) {
            FormatCheck.check(walk, called);
        }
        memory.end();
    }

    private void check(Register register, List<ArgumentKind> kinds, int index, Value value) {
        ArgumentKind kind = kinds.get(index);
        int number = register.number();
        switch (kind) {
            case ANYTHING, SCALAR -> requireNoLeak(number, value);
            case CONTEXT, CONTEXT_OR_NULL -> context(number, value, kind == ArgumentKind.CONTEXT_OR_NULL);
            case MAP -> map(number, value);
            case MAP_KEY -> key(number, value);
            case MAP_VALUE -> mapValue(number, value, Use.READ);
            case MAP_VALUE_OR_NULL -> {
                if (!value.isZero()) {
                    mapValue(number, value, Use.READ);
                }
            }
            case UNINITIALISED_MAP_VALUE -> mapValue(number, value, Use.FILL);
            case MEMORY, WRITABLE_MEMORY, UNINITIALISED_MEMORY -> memory(number, value, false);
            case MEMORY_OR_NULL, WRITABLE_MEMORY_OR_NULL -> memory(number, value, true);
            case SIZE, SIZE_OR_ZERO ->
                size(number, kinds.get(index - 1), value, kind == ArgumentKind.SIZE_OR_ZERO);
            case ALLOCATION_SIZE -> allocation(number, value);
            case RING_RECORD -> record(number, value);
            case CALLBACK -> callback = target(number, value, PointerTarget.Code.class, "a function");
            case STACK_OR_NULL -> {
                if (!value.isZero()) {
                    target(number, value, PointerTarget.Stack.class, "a pointer to the stack, or null");
                }
            }
            case CONSTANT_STRING -> FormatCheck.requireConstantText(number, value);
            case LONG_RESULT -> fixed(number, value, Long.BYTES, Use.FILL);
            case WORD_UPDATE -> fixed(number, value, Integer.BYTES, Use.CHANGE);
            case IPV4_HEADER -> fixed(number, value, IPV4_BYTES, Use.READ);
            case IPV6_HEADER -> fixed(number, value, IPV6_BYTES, Use.READ);
            case TCP_HEADER -> fixed(number, value, TCP_BYTES, Use.READ);
            case BTF_POINTER, SOCKET -> kernelObject(number, value);
            case BTF_POINTER_OR_NULL -> {
                if (!value.isZero()) {
                    target(number, value, PointerTarget.KernelObject.class, "a kernel object, or null");
                }
            }
            default ->
                throw Refusal.of(RejectionKind.UNSUPPORTED, number,
                        "bpf_" + helper.helperName() + " is not supported", "");
        }
    }

    private void requireNoLeak(int register, Value value) {
        if (value instanceof Pointer && !walk.policy().pointerLeaks()) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, register,
                    "gives " + value + " to a helper as a number", "");
        }
    }

    private <T extends PointerTarget> T target(int register, Value value, Class<T> type, String expected) {
        if (value instanceof Pointer pointer && type.isInstance(pointer.target())) {
            if (pointer.nullable()) {
                throw Refusal.of(RejectionKind.MAYBE_NULL, register, "gives r" + register
                        + " to bpf_" + helper.helperName() + ", which may be null",
                        "test it against 0 first");
            }
            return type.cast(pointer.target());
        }
        throw Refusal.of(RejectionKind.ARGUMENT, register, "bpf_" + helper.helperName() + " takes " + expected
                + " in r" + register + ", which is " + describe(value), "");
    }

    static String describe(Value value) {
        return value instanceof Scalar scalar
                ? scalar.range().isUnknown() ? "a number" : "the number " + scalar
                : value.toString();
    }

    private void context(int register, Value value, boolean nullable) {
        if (nullable && value.isZero()) {
            return;
        }
        target(register, value, PointerTarget.Context.class, "the context");
        Pointer pointer = (Pointer) value;
        if (pointer.offset() != 0 || !pointer.variable().isConstant(0)) {
            throw Refusal.of(RejectionKind.ARGUMENT, register, "gives an address inside of the context", "");
        }
    }

    private void map(int register, Value value) {
        map = target(register, value, PointerTarget.MapHandle.class, "a map").map();
        if (!MapRules.fits(map, helper)) {
            throw Refusal.of(RejectionKind.MAP, register,
                    "bpf_" + helper.helperName() + " does not take a map of kind "
                            + map.kind().keyword() + ", as " + map.name() + " is",
                    "");
        }
    }

    private void key(int register, Value value) {
        memory(register, value, false);
        memory.check(register, value, map.keySize(), Use.READ, false);
        if (map.keySize() == Integer.BYTES && MapRules.isArray(map)) {
            constantKey = constantAt((Pointer) value);
        }
    }

    /** Returns the number that 4 bytes on the stack are known to be, or -1. */
    private long constantAt(Pointer key) {
        if (!(key.target() instanceof PointerTarget.Stack(var frameNumber)) || !key.isFixed()) {
            return -1;
        }
        Frame frame = walk.state().frame(frameNumber);
        long at = key.fixedOffset();
        int index = (int) (-at - 1) / StackSlot.BYTES;
        int first = (int) (-at - 1) % StackSlot.BYTES;
        StackSlot slot = frame.slot(index);
        if (slot.isSpill() && first == StackSlot.BYTES - 1 && slot.spillSize() >= Integer.BYTES
                && slot.spilled() instanceof Scalar scalar
                && scalar.range().bits().lowHalf().isConstant()) {
            walk.precision().markSlot(walk.state(), walk.index(), frameNumber, index);
            return scalar.range().bits().lowHalf().value();
        }
        for (int i = 0; i < Integer.BYTES; i++) {
            if (first - i < 0 || slot.kind(first - i) != StackSlot.ZERO) {
                return -1;
            }
        }
        return 0;
    }

    private void mapValue(int register, Value value, Use use) {
        memory(register, value, false);
        memory.check(register, value, map.valueSize(), use, false);
    }

    private void fixed(int register, Value value, int bytes, Use use) {
        memory(register, value, false);
        memory.check(register, value, bytes, use, false);
        if (use != Use.READ && value instanceof Pointer pointer
                && !pointer.variable().bits().add(Tnum.constant(pointer.offset())).isAligned(bytes)) {
            throw Refusal.of(RejectionKind.MISALIGNED, register,
                    "bpf_" + helper.helperName() + " takes an address in r"
                            + register + " that is a multiple of " + bytes,
                    "");
        }
    }

    private void memory(int register, Value value, boolean nullable) {
        if (nullable && value.isZero()) {
            return;
        }
        if (!(value instanceof Pointer pointer)) {
            throw Refusal.of(value.isZero() ? RejectionKind.MAYBE_NULL : RejectionKind.ARGUMENT, register,
                    "bpf_" + helper.helperName() + " takes memory in r" + register + ", which is "
                            + (value.isZero() ? "null" : describe(value)),
                    "give the address of a local variable or of a map value");
        }
        if (pointer.nullable()) {
            throw Refusal.of(RejectionKind.MAYBE_NULL, register, "gives r" + register + " to bpf_"
                    + helper.helperName() + ", which may be null", "test it against 0 first");
        }
    }

    private void size(int register, ArgumentKind memoryKind, Value value, boolean zeroAllowed) {
        if (!(value instanceof Scalar size)) {
            throw Refusal.of(RejectionKind.ARGUMENT, register,
                    "bpf_" + helper.helperName() + " takes a size in r"
                            + register + ", which is " + value,
                    "");
        }
        greatestSize = size.range().unsignedMax();
        Value given = walk.frame().get(register - 1);
        if (given instanceof Pointer pointer && pointer.nullable()) {
            given = pointer.notNull();
        }
        Use use = switch (memoryKind) {
            case MEMORY, MEMORY_OR_NULL -> Use.READ;
            case UNINITIALISED_MEMORY -> Use.FILL;
            default -> Use.CHANGE;
        };
        memory.checkSized(register - 1, given, register, size, use, zeroAllowed);
    }

    private void allocation(int register, Value value) {
        if (!(value instanceof Scalar size) || !size.range().isConstant()) {
            throw Refusal.of(RejectionKind.ARGUMENT, register, "bpf_" + helper.helperName()
                    + " takes a constant size in r" + register + ", which is " + describe(value),
                    "reserve the greatest size, or use bpf_ringbuf_output");
        }
        // Only the lower half counts; no ring has room for what does not fit an int, so that the result is null.
        allocation = (int) Math.min(size.range().unsignedMin32() & 0xffff_ffffL, Integer.MAX_VALUE);
        walk.precision().mark(walk.state(), walk.index(), register);
    }

    private void record(int register, Value value) {
        target(register, value, PointerTarget.RingRecord.class, "a reserved record");
        Pointer pointer = (Pointer) value;
        if (pointer.offset() != 0 || !pointer.variable().isConstant(0)) {
            throw Refusal.of(RejectionKind.ARGUMENT, register, "gives back an address inside of a record",
                    "give back what bpf_ringbuf_reserve returned");
        }
        requireHeld(register, pointer);
        released = pointer.reference();
    }

    private void kernelObject(int register, Value value) {
        if (value instanceof Pointer pointer && pointer.target() instanceof PointerTarget.Typed typed) {
            requireStruct(register, pointer, typed);
            return;
        }
        target(register, value, PointerTarget.KernelObject.class, "a kernel object");
        if (helper == Helper.SK_RELEASE) {
            requireHeld(register, (Pointer) value);
            released = ((Pointer) value).reference();
        }
    }

    private void requireStruct(int register, Pointer pointer, PointerTarget.Typed typed) {
        target(register, pointer, PointerTarget.Typed.class, "a kernel object");
        String taken = TypedHelpers.takes(helper);
        if (!typed.name().equals(taken) || pointer.offset() != 0 || !pointer.variable().isConstant(0)) {
            throw Refusal.of(RejectionKind.ARGUMENT, register, "bpf_" + helper.helperName() + " takes "
                    + (taken.isEmpty() ? "another kind of object" : "a struct " + taken) + " in r" + register
                    + ", which is " + pointer, "");
        }
    }

    private static void requireHeld(int register, Pointer pointer) {
        if (pointer.reference() == 0) {
            throw Refusal.of(RejectionKind.REFERENCE, register, "gives back what it does not hold", "");
        }
    }
}
