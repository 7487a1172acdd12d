package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.MapSpec;

/** Loads, stores and atomic operations (kernel/bpf/verifier.c, check_mem_access). */
final class MemoryAccess {

    private final Walk walk;
    private final StackAccess stack;
    private final Regions regions;

    MemoryAccess(Walk walk, StackAccess stack, Regions regions) {
        this.walk = walk;
        this.stack = stack;
        this.regions = regions;
    }

    void load(Load load) {
        Pointer pointer = pointer(load.base(), "reads");
        int bytes = load.width().bytes();
        align(load.base(), pointer, load.offset(), bytes, false);
        Value value = read(load.base().number(), pointer, pointer.offset() + load.offset(), bytes);
        if (load.signed() && value instanceof Pointer) {
            throw Refusal.of(RejectionKind.CONTEXT, load.base().number(),
                    "extends the sign of a field that is an address", "");
        }
        walk.set(load.dst(), narrowed(value, load));
    }

    private static Value narrowed(Value value, Load load) {
        int bytes = load.width().bytes();
        if (!(value instanceof Scalar scalar) || bytes == Long.BYTES) {
            return value;
        }
        if (load.signed()) {
            return new Scalar(RangeArithmetic.signExtend(scalar.range(), bytes * Byte.SIZE, true));
        }
        return scalar.withRange(RangeArithmetic.truncate(scalar.range(), bytes));
    }

    private Pointer pointer(Register base, String does) {
        Value value = walk.read(base);
        if (!(value instanceof Pointer pointer)) {
            boolean isNull = value.isZero();
            throw Refusal.of(isNull ? RejectionKind.MAYBE_NULL : RejectionKind.NOT_A_POINTER, base.number(),
                    does + " memory through " + base + ", which is " + (isNull
                            ? "null"
                            : "a number"
                                    + (value instanceof Scalar scalar && scalar.range().isUnknown()
                                            ? ""
                                            : ", " + value)),
                    isNull ? "" : "memory of the traced program is read with bpf_probe_read_user");
        }
        if (pointer.nullable()) {
            throw Refusal.of(RejectionKind.MAYBE_NULL, base.number(),
                    does + " memory through " + base + ", which may be null",
                    "test it first: if (" + base + " != 0)");
        }
        return pointer;
    }

    private Value read(int register, Pointer pointer, long offset, int bytes) {
        switch (pointer.target()) {
            case PointerTarget.Stack target -> {
                stack.checkBounds(register, pointer, offset, bytes, false);
                return stack.read(pointer, offset, bytes);
            }
            case PointerTarget.Context target -> {
                return context(register, pointer, offset, bytes, false);
            }
            case PointerTarget.Typed target -> {
                return field(register, pointer, target, offset, bytes);
            }
            case PointerTarget.MapValue target -> {
                regions.check(register, pointer, offset, bytes, false);
                return constant(target.map(), pointer, offset, bytes);
            }
            default -> {
                regions.check(register, pointer, offset, bytes, false);
                return Scalar.UNKNOWN;
            }
        }
    }

    /** Reads a field of the kernel's (kernel/bpf/verifier.c, check_ptr_to_btf_access). */
    private Value field(int register, Pointer pointer, PointerTarget.Typed target, long offset, int bytes) {
        long at = offset + pointer.variable().value();
        Value value = pointer.isFixed() && at >= 0
                ? walk.input().types().orElseThrow().field(target, at, bytes)
                : null;
        if (value == null) {
            throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, register, "reads " + bytes
                    + (bytes == 1 ? " byte" : " bytes") + " at "
                    + (pointer.isFixed() ? "offset " + at : "an offset that is not constant") + " of "
                    + target.words() + ", where no field can be read that way", "");
        }
        return value;
    }

    /** Reads what nobody can change any more. */
    private static Value constant(MapSpec map, Pointer pointer, long offset, int bytes) {
        if (!pointer.isFixed() || !MapRules.isConstant(map)) {
            return Scalar.UNKNOWN;
        }
        byte[] data = map.initialData();
        long value = 0;
        long at = offset + pointer.variable().value();
        for (int i = bytes - 1; i >= 0; i--) {
            int index = (int) at + i;
            value = value << Byte.SIZE | (index < data.length ? data[index] & 0xff : 0);
        }
        return Scalar.constant(value);
    }

    private Value context(int register, Pointer pointer, long offset, int bytes, boolean write) {
        ContextModel model = walk.input().context();
        if (!pointer.variable().isConstant(0) || pointer.offset() != 0) {
            throw Refusal.of(RejectionKind.CONTEXT, register, (write ? "writes " : "reads ") + model.name()
                    + " through an address that was computed",
                    "use the context itself with a constant offset");
        }
        ContextModel.Field field = model.access(offset, bytes, write);
        Value typed = field == null || walk.input().types().isEmpty()
                ? null
                : walk.input().types().get().argument(offset, bytes, walk.newId());
        if (field == null || typed == null && walk.input().types().isPresent()) {
            throw Refusal.of(RejectionKind.CONTEXT, register, (write ? "writes " : "reads ") + bytes
                    + (bytes == 1 ? " byte" : " bytes") + " at offset " + offset + " of " + model.name()
                    + ", "
                    + model.objection(offset, bytes, write), "");
        }
        walk.facts().useContext(offset + bytes);
        if (typed != null) {
            return typed;
        }
        return switch (field.content()) {
            case NUMBER -> Scalar.UNKNOWN;
            case PACKET -> new Pointer(new PointerTarget.Packet());
            case PACKET_END -> new Pointer(new PointerTarget.PacketEnd());
            case PACKET_META -> new Pointer(new PointerTarget.PacketMeta());
            case SOCKET -> Pointer.nullable(new PointerTarget.KernelObject("a socket"), walk.newId(), 0);
        };
    }

    void store(Store store) {
        Register source = store.value() instanceof Register register ? register : null;
        Value value = switch (store.value()) {
            case Register register -> walk.read(register);
            case Operand.Immediate immediate -> Scalar.constant(immediate.value());
        };
        Pointer pointer = pointer(store.base(), "writes");
        int bytes = store.width().bytes();
        int base = store.base().number();
        align(store.base(), pointer, store.offset(), bytes, false);
        long offset = pointer.offset() + store.offset();
        if (value instanceof Pointer && !pointer.isStack() && !walk.policy().pointerLeaks()) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, base,
                    "stores " + value + " in " + pointer.target().words(), "");
        }
        switch (pointer.target()) {
            case PointerTarget.Stack target -> {
                stack.checkBounds(base, pointer, offset, bytes, true);
                stack.write(base, pointer, offset, bytes, value, source);
            }
            case PointerTarget.Context target -> context(base, pointer, offset, bytes, true);
            default -> regions.check(base, pointer, offset, bytes, true);
        }
    }

    void atomic(Atomic atomic) {
        Value operand = walk.read(atomic.src());
        Register loaded = atomic.fetch() ? atomic.src() : null;
        if (atomic.operation() == AtomicOperation.COMPARE_EXCHANGE) {
            walk.read(Register.R0);
            loaded = Register.R0;
        }
        Pointer pointer = pointer(atomic.base(), "changes");
        int base = atomic.base().number();
        int bytes = atomic.width().bytes();
        if (pointer.isContext() || pointer.isPacket()) {
            throw Refusal.of(RejectionKind.ARGUMENT, base,
                    "an atomic operation on " + pointer.target().words() + " is not possible", "");
        }
        if (operand instanceof Pointer && !walk.policy().pointerLeaks()) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, base,
                    "stores " + operand + " in " + pointer.target().words(), "");
        }
        align(atomic.base(), pointer, atomic.offset(), bytes, true);
        long offset = pointer.offset() + atomic.offset();
        Value before = read(base, pointer, offset, bytes);
        if (pointer.isStack()) {
            if (pointer.isFixed()) {
                stack.fillBytes(pointer, offset, bytes);
            } else {
                stack.write(base, pointer, offset, bytes, Scalar.UNKNOWN, null);
            }
        } else {
            regions.check(base, pointer, offset, bytes, true);
        }
        if (loaded != null) {
            walk.set(loaded, before instanceof Scalar number
                    ? new Scalar(RangeArithmetic.truncate(number.range(), bytes))
                    : new Scalar(RangeArithmetic.ofBytes(bytes)));
        }
    }

    /** Packet access of classic BPF: R6 is the context, R0 the result (kernel/bpf/verifier.c, check_ld_abs). */
    void loadPacket(LoadPacket load) {
        ContextModel model = walk.input().context();
        if (!(walk.read(Register.R6) instanceof Pointer pointer) || !pointer.isContext()) {
            throw Refusal.of(RejectionKind.ARGUMENT, Register.R6.number(), "r6 must be the context here", "");
        }
        switch (walk.program().type()) {
            case SOCKET_FILTER, SCHED_CLS, SCHED_ACT -> {
                // Only these see packets that classic BPF could.
            }
            default ->
                throw Refusal.of(RejectionKind.UNSUPPORTED, "packet access of classic BPF does not exist for "
                        + model.name(), "");
        }
        if (load.indirect()) {
            walk.read(load.index());
        }
        if (!walk.state().references().isEmpty()) {
            throw Refusal.of(RejectionKind.REFERENCE, "the program may end here while it holds "
                    + walk.state().references().getFirst().name(), "give it back first");
        }
        for (int register = 0; register <= Register.R5.number(); register++) {
            walk.frame().set(register, Value.UNINITIALISED);
        }
        walk.set(Register.R0, new Scalar(RangeArithmetic.ofBytes(load.width().bytes())));
    }

    /** The stack must always be accessed at a multiple of the width; the rest only by atomic operations. */
    private void align(Register base, Pointer pointer, int offset, int bytes, boolean always) {
        boolean strict = always || pointer.isStack() || walk.policy().strictAlignment();
        long extra = pointer.isPacket() ? 2 : 0;
        Tnum at = pointer.variable().bits().add(Tnum.constant(pointer.offset() + offset + extra));
        boolean aligned = at.isAligned(bytes);
        walk.facts().access(walk.index(), MemoryFact.of(pointer.target(), aligned && !pointer.isPacket()));
        if (strict && !aligned) {
            throw Refusal.of(RejectionKind.MISALIGNED, base.number(), "accesses " + bytes + " bytes of "
                    + pointer.target().words() + " at offset " + (pointer.isFixed()
                            ? Long.toString(pointer.fixedOffset() + offset)
                            : pointer.offset() + offset + " + " + pointer.variable())
                    + ", which is not a multiple of " + bytes, "");
        }
    }
}
