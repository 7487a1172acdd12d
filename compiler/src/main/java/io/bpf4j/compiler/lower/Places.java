package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/** Lowers places: finds their addresses, reads and assigns scalars. */
final class Places {
    private static final Operand ZERO = Operand.constant(0);

    /**
     * The way from a root to a part of it.
     *
     * @param index bytes that are known only when the program runs
     * @param alignment what the index is a multiple of
     */
    record Path(Place root, int offset, Optional<Operand> index, int alignment) {}

    private final FunctionLowering function;
    private final CodeBuilder code;

    Places(FunctionLowering function) {
        this.function = function;
        code = function.code();
    }

    /** Computes the indices on the way to a place; the root itself is not touched yet. */
    Path path(Place place) {
        return switch (place) {
            case Place.Member member -> {
                Path base = path(member.base());
                yield new Path(base.root(), base.offset() + member.offset(), base.index(), base.alignment());
            }
            case Place.Element element -> element(element);
            default -> new Path(place, 0, Optional.empty(), Long.BYTES);
        };
    }

    /** Returns an element's distance from its array's start, in bytes. */
    Operand offset(Place.Element element) {
        Operand index = index(element.index(), ((ArrayType) element.base().type()).length());
        return code.binary(AluOperation.MULTIPLY, true, index, Operand.constant(element.type().size()));
    }

    private Path element(Place.Element element) {
        Path base = path(element.base());
        int size = element.type().size();
        Operand index = index(element.index(), ((ArrayType) element.base().type()).length());
        if (index instanceof Operand.Constant constant) {
            return new Path(base.root(), base.offset() + (int) constant.value() * size, base.index(),
                    base.alignment());
        }
        Operand bytes = code.binary(AluOperation.MULTIPLY, true, index, Operand.constant(size));
        Operand sum = base.index().map(outer -> code.binary(AluOperation.ADD, true, outer, bytes))
                .orElse(bytes);
        int alignment = Math.min(base.alignment(), Math.max(1, Integer.lowestOneBit(size)));
        return new Path(base.root(), base.offset(), Optional.of(sum), alignment);
    }

    /**
     * Computes an index and keeps it within an array. The register that is compared is the one that is used, as the
     * verifier learns the bounds of no other; a negative number is a large one to the unsigned comparison.
     */
    private Operand index(Expression index, int length) {
        Operand computed = function.expressions().value(index);
        if (length == 0) {
            return function.conversions().convert(computed, index.type(), IntType.S64);
        }
        if (computed instanceof Operand.Constant constant) {
            boolean inside = Long.compareUnsigned(constant.value(), length) < 0;
            return inside ? constant : Operand.constant(length - 1);
        }
        boolean narrow = index.type().size() == Integer.BYTES;
        Operand extended = narrow ? code.extend(Integer.BYTES, false, computed) : computed;
        Optional<Range> range = Range.of(index, function.variables());
        return range.isPresent() && range.get().within(0, length - 1)
                ? extended
                : clamp(extended, length - 1);
    }

    /** Returns a register with the operand, or with the limit where the operand is above it (unsigned). */
    Value clamp(Operand operand, long limit) {
        Value clamped = code.copyOf(operand);
        int above = code.block();
        int end = code.block();
        code.branch(Condition.GREATER, true, clamped, Operand.constant(limit), above, end);
        code.start(above);
        code.copy(clamped, Operand.constant(limit));
        code.start(end);
        return clamped;
    }

    /** Returns the address of a place in own memory: a local in the frame, a global or what a pointer points to. */
    Address address(Place place) {
        return reach(path(place));
    }

    private Address reach(Path path) {
        return switch (path.root()) {
            case Place.Local local -> within(new Address(slotOf(local).slot(), 0, Long.BYTES), path);
            case Place.Global global -> reachGlobal(function.unit().locate(global.variable()), path);
            case Place.Pointee pointee -> within(pointee(pointee), path);
            default -> throw new IllegalStateException(path.root().at() + ": no address in own memory");
        };
    }

    /** A constant offset is part of the address that the loader fills in. */
    private Address reachGlobal(GlobalSections.Location location, Path path) {
        int offset = location.offset() + (path.index().isEmpty() ? path.offset() : 0);
        int alignment = offset == 0 ? Long.BYTES : Math.min(Long.BYTES, Integer.lowestOneBit(offset));
        Address start = code.mapValue(location.map(), offset, alignment);
        return path.index().isEmpty() ? start : within(start, path);
    }

    /** Returns a part of a place whose address is known. */
    Address within(Address root, Path path) {
        if (path.index().isEmpty()) {
            return root.plus(path.offset());
        }
        Value start = code.pointerTo(new Address(root.base(), 0, 1));
        Value moved = code.inRegister(code.binary(AluOperation.ADD, true, start, path.index().get()));
        return new Address(moved, root.offset() + path.offset(),
                Math.min(root.alignment(), path.alignment()));
    }

    private Storage.InFrame slotOf(Place.Local local) {
        if (function.variables().of(local.variable()) instanceof Storage.InFrame frame) {
            return frame;
        }
        throw new IllegalStateException(local.at() + ": " + local.variable() + " has no address");
    }

    private Address pointee(Place.Pointee pointee) {
        Expression pointer = pointee.pointer();
        int offset = 0;
        while (pointer instanceof Expression.PointerOffset step
                && step.count() instanceof Expression.Constant constant) {
            offset += (int) constant.value() * step.scale();
            pointer = step.pointer();
        }
        if (pointer instanceof Expression.AddressOf address) {
            return address(address.place()).plus(offset);
        }
        int alignment = function.variables().facts().pointsToAligned(pointer)
                ? Long.BYTES
                : pointee.type().alignment();
        return new Address(code.inRegister(function.expressions().value(pointer)), offset, alignment);
    }

    /** Returns whether an address can be had for a place: own memory, but not a register or a map by key. */
    boolean isAddressable(Place place) {
        return switch (VariableFacts.rootOf(place)) {
            case Place.Local local -> function.variables().of(local.variable()) instanceof Storage.InFrame;
            case Place.Global global -> true;
            case Place.Pointee pointee -> true;
            default -> false;
        };
    }

    /** Reads a scalar. */
    Operand read(Place place) {
        return read(place, Types.loadsSigned(place.type()));
    }

    /** Reads an {@code s32} sign-extended to 64 bits. */
    Operand readSigned(Place place) {
        if (place instanceof Place.Local local
                && !(function.variables().of(local.variable()) instanceof Storage.InFrame)) {
            return code.extend(place.type().size(), true, read(place));
        }
        return read(place, true);
    }

    private Operand read(Place place, boolean signed) {
        if (place instanceof Place.Local local) {
            switch (function.variables().of(local.variable())) {
                case Storage.InRegister register -> {
                    return register.value();
                }
                case Storage.Bound bound -> {
                    return bound.operand();
                }
                case Storage.InFrame frame -> {
                    return code.load(place.type().size(), signed, new Address(frame.slot(), 0, Long.BYTES));
                }
            }
        }
        Path path = path(place);
        return switch (path.root()) {
            case Place.MapElement element -> readEntry(element, path, place.type(), signed);
            case Place.Context context -> readContext(place, path);
            default -> code.load(place.type().size(), signed, reach(path));
        };
    }

    private Operand readEntry(Place.MapElement element, Path path, Type type, boolean signed) {
        Value result = code.value();
        int found = code.block();
        int missing = code.block();
        int end = code.block();
        Value entry = function.maps().lookup(element.map(), element.key());
        code.branchIfZero(entry, missing, found);
        code.start(found);
        code.loadInto(result, type.size(), signed, within(new Address(entry, 0, Long.BYTES), path));
        code.jump(end);
        code.start(missing);
        code.copy(result, ZERO);
        code.start(end);
        if (!signed && type.size() < Long.BYTES) {
            code.promiseUpperZero(result);
        }
        return result;
    }

    private Operand readContext(Place place, Path path) {
        if (path.index().isEmpty()) {
            return loadContext(((Place.Context) path.root()).offset() + path.offset(), place.type());
        }
        Value result = code.value();
        atContext(place, path, offset -> code.copy(result, loadContext(offset, place.type())));
        return result;
    }

    /** Copies bytes of the context to memory, by the widest loads that are aligned. */
    void copyContext(Place place, Address destination) {
        atContext(place, path(place), offset -> function.memory().copyUnrolled(
                new Address(function.context(code.at()), offset, Long.BYTES), destination,
                place.type().size()));
    }

    /** The kernel allows no computed offset into the context, so an index becomes a choice of constants. */
    private void atContext(Place place, Path path, IntConsumer access) {
        int start = ((Place.Context) path.root()).offset() + path.offset();
        if (path.index().isEmpty()) {
            access.accept(start);
            return;
        }
        int end = code.block();
        SortedSet<Integer> offsets = computedOffsets(place);
        for (int offset : offsets) {
            if (offset == offsets.last()) {
                access.accept(start + offset);
            } else {
                int found = code.block();
                int next = code.block();
                code.branch(Condition.EQUAL, true, path.index().get(), Operand.constant(offset), found, next);
                code.start(found);
                access.accept(start + offset);
                code.jump(end);
                code.start(next);
            }
        }
        code.start(end);
    }

    /** Returns every number of bytes that the computed indices on the way to a place can come to. */
    private static SortedSet<Integer> computedOffsets(Place place) {
        SortedSet<Integer> outer = switch (place) {
            case Place.Member member -> computedOffsets(member.base());
            case Place.Element element -> computedOffsets(element.base());
            default -> new TreeSet<>(Set.of(0));
        };
        if (!(place instanceof Place.Element element) || element.index() instanceof Expression.Constant) {
            return outer;
        }
        SortedSet<Integer> all = new TreeSet<>();
        for (int index = 0; index < ((ArrayType) element.base().type()).length(); index++) {
            int distance = index * element.type().size();
            outer.forEach(offset -> all.add(offset + distance));
        }
        return all;
    }

    /** Registers can only be read whole (kernel/trace/bpf_trace.c, kprobe_prog_is_valid_access). */
    private Operand loadContext(int offset, Type type) {
        Value context = function.context(code.at());
        if (function.probe().type() == ProgramType.TRACEPOINT) {
            Value loaded = code.load(type.size(), Types.loadsSigned(type), new Address(context, offset, 1));
            return type == IntType.BOOL ? code.compare(Condition.NOT_EQUAL, true, loaded, ZERO) : loaded;
        }
        int shift = (offset & Long.BYTES - 1) * Byte.SIZE;
        Value whole = code.load(Long.BYTES, false, new Address(context, offset & -Long.BYTES, Long.BYTES));
        Operand shifted = code.binary(AluOperation.SHIFT_RIGHT, true, whole, Operand.constant(shift));
        return function.conversions().convert(shifted, IntType.U64, type);
    }

    /** Gives a scalar variable a value. */
    void assign(LocalVariable variable, Operand value) {
        switch (function.variables().of(variable)) {
            case Storage.InRegister register -> code.copy(register.value(), value);
            case Storage.InFrame frame ->
                code.store(variable.type().size(), new Address(frame.slot(), 0, Long.BYTES), value);
            case Storage.Bound bound ->
                throw new IllegalStateException(variable.at() + ": " + variable + " must not change");
        }
    }
}
