package io.bpf4j.vm.verify;

/** Memory that is given to helpers (kernel/bpf/verifier.c, check_helper_mem_access and check_mem_size_reg). */
final class HelperMemory {

    /** No helper takes more at once (include/linux/bpf_verifier.h, BPF_MAX_VAR_SIZ). */
    private static final long MAX_SIZE = 1 << 29;

    /** What a helper does with memory. */
    enum Use {
        READ,
        CHANGE,
        /** Fills it, without looking at what it was. */
        FILL
    }

    private final Walk walk;
    private final StackAccess stack;
    private final Regions regions;
    /** What is filled when the call is done: the stack counts as written then. */
    private Pointer filled;
    private int filledBytes;

    HelperMemory(Walk walk, StackAccess stack, Regions regions) {
        this.walk = walk;
        this.stack = stack;
        this.regions = regions;
    }

    /** Starts a call. */
    void begin() {
        filled = null;
    }

    /** Ends a call: what it was given to fill is written. */
    void end() {
        if (filled != null) {
            stack.fillBytes(filled, filled.offset(), filledBytes);
        }
    }

    /** Checks memory whose size is in a register. */
    void checkSized(int register, Value memory, int sizeRegister, Scalar size, Use use, boolean zeroAllowed) {
        ScalarRange range = size.range();
        if (range.signedMin() < 0) {
            throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, sizeRegister, "gives the size r" + sizeRegister
                    + ", which may be negative: " + range,
                    "make it unsigned, mask it with &, or test that it is not negative");
        }
        if (range.unsignedMin() == 0 && !zeroAllowed) {
            throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, sizeRegister, "gives the size r" + sizeRegister
                    + ", which may be 0: " + range, "test that it is not 0 first");
        }
        if (Long.compareUnsigned(range.unsignedMax(), MAX_SIZE) >= 0) {
            throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, sizeRegister, "gives the size r" + sizeRegister
                    + ", which has no upper bound: " + range,
                    "mask it with &, or test that it is not too large");
        }
        boolean exact = range.isConstant();
        try {
            check(register, memory, (int) range.unsignedMax(), use == Use.FILL && !exact ? Use.CHANGE : use,
                    zeroAllowed);
        } catch (Refusal refusal) {
            throw exact ? refusal : blameSize(refusal, (Pointer) memory, sizeRegister, range);
        }
        walk.precision().mark(walk.state(), walk.index(), sizeRegister);
    }

    /** Where the size has a range, it is what must be bounded. */
    private Refusal blameSize(Refusal refusal, Pointer memory, int sizeRegister, ScalarRange range) {
        long left = regions.left(memory);
        return switch (refusal.kind()) {
            case OUT_OF_BOUNDS, STACK_BOUNDS -> Refusal.of(refusal.kind(), sizeRegister, refusal.getMessage()
                    + "; the size, r" + sizeRegister + ", is " + range,
                    Regions.bound("r" + sizeRegister, left)).in(regions.space(memory, range));
            default -> refusal;
        };
    }

    /** Checks memory of a known size. */
    void check(int register, Value memory, int bytes, Use use, boolean zeroAllowed) {
        if (memory.isZero() && bytes == 0 && zeroAllowed) {
            return;
        }
        if (!(memory instanceof Pointer pointer)) {
            throw Refusal.of(memory.isZero() ? RejectionKind.MAYBE_NULL : RejectionKind.ARGUMENT, register,
                    "gives r" + register + " as memory, which is " + (memory.isZero() ? "null" : "a number"),
                    memory.isZero() ? "" : "give the address of a local variable or of a map value");
        }
        boolean writes = use != Use.READ;
        if (pointer.isStack()) {
            checkStack(register, pointer, bytes, use, zeroAllowed);
        } else {
            regions.check(register, pointer, pointer.offset(), bytes, writes);
        }
    }

    private void checkStack(int register, Pointer pointer, int bytes, Use use, boolean zeroAllowed) {
        if (bytes == 0) {
            if (!zeroAllowed) {
                throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, register, "gives no bytes of the stack", "");
            }
            // Even of no bytes, the first one must be on the stack (check_stack_access_within_bounds).
            stack.checkBounds(register, pointer, pointer.offset(), 1, use != Use.READ);
            return;
        }
        stack.checkBounds(register, pointer, pointer.offset(), bytes, use != Use.READ);
        if (use == Use.FILL && pointer.isFixed()) {
            filled = pointer;
            filledBytes = bytes;
            return;
        }
        if (!pointer.isFixed() && !walk.policy().pointerLeaks()) {
            throw Refusal.of(RejectionKind.STACK_BOUNDS, register,
                    "gives a helper the stack at an offset that is not constant", "");
        }
        Frame frame = walk.state().frame(((PointerTarget.Stack) pointer.target()).frame());
        long first = pointer.offset() + pointer.variable().signedMin();
        long last = pointer.offset() + pointer.variable().signedMax() + bytes - 1;
        stack.checkReadable(frame, first, last, use != Use.READ);
    }
}
