package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The kernel's types, for programs whose arguments have them: such programs read the kernel's objects as if they were
 * their own, and a bad address reads as 0 (kernel/bpf/btf.c, btf_ctx_access and btf_struct_access). Only the kernel
 * can run such a program.
 */
public final class KernelTypes {

    private static final int UNKNOWN = -1;

    private final Btf types;
    /** The type of each argument; {@link #UNKNOWN} for what is left of a return value that does not exist. */
    private final List<Integer> arguments;
    private final boolean trusted;
    private final boolean firstMayLack;

    private KernelTypes(Btf types, List<Integer> arguments, boolean trusted, boolean firstMayLack) {
        this.types = types;
        this.arguments = List.copyOf(arguments);
        this.trusted = trusted;
        this.firstMayLack = firstMayLack;
    }

    /** Returns the types of a program's arguments; empty if it has none, or the kernel does not know its place. */
    public static Optional<KernelTypes> of(Btf types, Program program) {
        if (program.type() != ProgramType.TRACING) {
            return Optional.empty();
        }
        return switch (program.attach()) {
            case AttachSpec.RawTracepoint tracepoint -> types.tracepoint(tracepoint.name())
                    .map(prototype -> new KernelTypes(types, parameters(prototype, 1), true, false));
            case AttachSpec.Fentry fentry -> types.function(fentry.function()).map(prototype -> {
                List<Integer> arguments = parameters(prototype, 0);
                if (fentry.atExit()) {
                    arguments.add(prototype.result() == 0 ? UNKNOWN : prototype.result());
                }
                return new KernelTypes(types, arguments, false, false);
            });
            case AttachSpec.Other(var section) when section.startsWith("iter/") ->
                types.function("bpf_iter_" + section.substring("iter/".length()))
                        .map(prototype -> new KernelTypes(types, parameters(prototype, 0), true, true));
            default -> Optional.empty();
        };
    }

    private static List<Integer> parameters(BtfType.Prototype prototype, int from) {
        List<Integer> found = new ArrayList<>();
        prototype.parameters().stream().skip(from).forEach(parameter -> found.add(parameter.type()));
        return found;
    }

    /** Finds a struct by name, as what a helper gives or takes. */
    Optional<PointerTarget.Typed> struct(String name) {
        OptionalInt id = types.find(BtfKind.STRUCT, name);
        return id.isEmpty() ? Optional.empty() : Optional.of(typed(id.getAsInt(), true));
    }

    private PointerTarget.Typed typed(int struct, boolean sure) {
        return new PointerTarget.Typed(struct, types.name(struct), sure);
    }

    /**
     * Returns what an argument holds.
     *
     * @param offset of the access to the context, in bytes
     * @return null if there is nothing to be read that way
     */
    Value argument(long offset, int bytes, int freshId) {
        if (offset < 0 || offset % Long.BYTES != 0 || offset / Long.BYTES >= arguments.size()) {
            return null;
        }
        int index = (int) (offset / Long.BYTES);
        if (arguments.get(index) == UNKNOWN) {
            return Scalar.UNKNOWN;
        }
        if (!(types.type(types.resolve(arguments.get(index))) instanceof BtfType.Pointer pointer)) {
            return Scalar.UNKNOWN;
        }
        if (bytes != Long.BYTES) {
            return null;
        }
        int target = types.resolve(pointer.target());
        return switch (types.kind(target)) {
            // What an iterator goes over is null once at the end (kernel/bpf/task_iter.c, ctx_arg_info).
            case STRUCT, UNION -> firstMayLack && index > 0
                    ? Pointer.nullable(typed(target, trusted), freshId, 0)
                    : new Pointer(typed(target, trusted));
            case VOID, INT -> Scalar.UNKNOWN;
            default -> null;
        };
    }

    /** Returns how many bytes an object has. */
    int size(PointerTarget.Typed target) {
        return struct(target.type()).size();
    }

    private BtfType.Struct struct(int id) {
        return (BtfType.Struct) types.type(id);
    }

    /**
     * Returns what a field of an object holds.
     *
     * @return null if no field can be read that way
     */
    Value field(PointerTarget.Typed target, long offset, int bytes) {
        return field(target.type(), offset, bytes);
    }

    private Value field(int id, long offset, int bytes) {
        BtfType.Struct struct = struct(id);
        boolean behind = offset + bytes > struct.size();
        if (behind) {
            return behind(struct, offset, bytes);
        }
        for (BtfType.Member member : struct.members()) {
            if (member.bitSize() != 0) {
                int first = member.bitOffset() / Byte.SIZE;
                int last = (member.bitOffset() + member.bitSize() - 1) / Byte.SIZE;
                if (offset <= first && last < offset + bytes) {
                    return Scalar.UNKNOWN;
                }
                continue;
            }
            int start = member.bitOffset() / Byte.SIZE;
            long size = sizeOf(member.type());
            if (offset >= start && offset + bytes <= start + size) {
                Value value = within(member.type(), offset - start, bytes);
                if (value != null || !struct.union()) {
                    return value;
                }
            }
        }
        return null;
    }

    /** The last field may be an array of which only the start is known. */
    private Value behind(BtfType.Struct struct, long offset, int bytes) {
        if (struct.members().isEmpty()) {
            return null;
        }
        BtfType.Member last = struct.members().getLast();
        int start = last.bitOffset() / Byte.SIZE;
        boolean flexible = sizeOf(last.type()) == 0
                && types.kind(types.resolve(last.type())) == BtfKind.ARRAY;
        return flexible && offset >= start ? within(last.type(), offset - start, bytes) : null;
    }

    private Value within(int type, long offset, int bytes) {
        int id = types.resolve(type);
        return switch (types.type(id)) {
            case BtfType.Struct struct -> field(id, offset, bytes);
            case BtfType.Array array -> {
                long size = sizeOf(array.element());
                long at = size == 0 ? 0 : offset % size;
                BtfKind kind = types.kind(types.resolve(array.element()));
                boolean numbers = kind == BtfKind.INT || kind == BtfKind.ENUM || kind == BtfKind.ENUM64;
                yield numbers || at + bytes <= size ? within(array.element(), at, bytes) : null;
            }
            case BtfType.Pointer pointer -> offset == 0 && bytes == Long.BYTES ? pointee(pointer) : null;
            case BtfType.Int number -> Scalar.UNKNOWN;
            case BtfType.Enumeration constants -> Scalar.UNKNOWN;
            default -> null;
        };
    }

    /** The address of a struct leads on; any other is a number. */
    private Value pointee(BtfType.Pointer pointer) {
        if (types.kind(pointer.target()) == BtfKind.TYPE_TAG) {
            return Scalar.UNKNOWN;
        }
        int target = types.resolve(pointer.target());
        return types.kind(target) == BtfKind.STRUCT ? new Pointer(typed(target, false)) : Scalar.UNKNOWN;
    }

    private long sizeOf(int type) {
        return switch (types.type(types.resolve(type))) {
            case BtfType.Struct struct -> struct.size();
            case BtfType.Int number -> number.size();
            case BtfType.Enumeration constants -> constants.size();
            case BtfType.FloatingPoint number -> number.size();
            case BtfType.Pointer pointer -> Long.BYTES;
            case BtfType.Array array -> array.length() * sizeOf(array.element());
            default -> 0;
        };
    }
}
