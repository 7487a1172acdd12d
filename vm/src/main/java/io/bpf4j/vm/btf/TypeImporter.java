package io.bpf4j.vm.btf;

import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes types of the probe language from BTF. A struct is one object however often it is asked for, and its fields are
 * looked up when they are first needed. For use by one thread.
 *
 * <p>What the language has no type for is kept out of reach, not guessed: floating-point numbers and numbers of other
 * sizes than 1, 2, 4 and 8 become arrays of bytes, pointers to functions point to void, bit fields are left out. The
 * fields of unnamed structs and unions are fields of what they are in, as in C.
 */
public final class TypeImporter {
    /** More fields than any struct has, those of unnamed structs within it counted in. */
    private static final int MAX_MEMBERS = 1 << 20;

    private final Btf btf;
    private final AddressSpace space;
    private final Map<Integer, Type> known = new HashMap<>();
    private int depth;
    private int membersLeft;

    /** A function's parameters and result. */
    public record Signature(List<Function.Parameter> parameters, Type result) {}

    /** Makes an importer whose pointers point into one address space. */
    public TypeImporter(Btf btf, AddressSpace space) {
        this.btf = btf;
        this.space = space;
    }

    /** Finds a struct or union by its tag. */
    public Optional<StructType> struct(String name) {
        var id = btf.find(BtfKind.STRUCT, name);
        if (id.isEmpty()) {
            id = btf.find(BtfKind.UNION, name);
        }
        return id.isEmpty() ? Optional.empty() : Optional.of((StructType) type(id.getAsInt()));
    }

    /** Finds a type by the name that a typedef gives it. */
    public Optional<Type> typedef(String name) {
        var id = btf.find(BtfKind.TYPEDEF, name);
        return id.isEmpty() ? Optional.empty() : Optional.of(type(id.getAsInt()));
    }

    /** Finds an enum by its tag. */
    public Optional<EnumType> enumeration(String name) {
        var id = btf.find(BtfKind.ENUM, name);
        if (id.isEmpty()) {
            id = btf.find(BtfKind.ENUM64, name);
        }
        return id.isEmpty() ? Optional.empty() : Optional.of((EnumType) type(id.getAsInt()));
    }

    /** Finds the signature of a kernel function. */
    public Optional<Signature> function(String name) {
        return btf.function(name).map(prototype -> signature(prototype, 0));
    }

    /** Finds the signature of a raw tracepoint, without the parameter that programs do not get. */
    public Optional<Signature> tracepoint(String name) {
        return btf.tracepoint(name).map(prototype -> signature(prototype, 1));
    }

    private Signature signature(BtfType.Prototype prototype, int skipped) {
        List<Function.Parameter> parameters = new ArrayList<>();
        List<BtfType.Parameter> all = prototype.parameters();
        for (int i = skipped; i < all.size(); i++) {
            // A type of 0 is C's "..."; no program can name those arguments.
            if (all.get(i).type() != 0) {
                String name = all.get(i).name().isEmpty() ? "arg" + (i - skipped) : all.get(i).name();
                parameters.add(new Function.Parameter(name, type(all.get(i).type())));
            }
        }
        return new Signature(List.copyOf(parameters), type(prototype.result()));
    }

    /**
     * Makes a type.
     *
     * @throws BtfException if the type, or one that is part of it, is wrong
     */
    public Type type(int id) {
        int resolved = btf.resolve(id);
        Type made = known.get(resolved);
        if (made != null) {
            return made;
        }
        enter(id);
        try {
            made = make(resolved);
        } finally {
            depth--;
        }
        known.put(resolved, made);
        return made;
    }

    private Type make(int id) {
        return switch (btf.type(id)) {
            case BtfType.Int number -> number(number);
            case BtfType.Pointer pointer -> new PointerType(target(pointer), space);
            case BtfType.Array array -> {
                Type element = type(array.element());
                yield new ArrayType(element, checkedSize(element, array.length(), id));
            }
            case BtfType.Struct struct -> StructType.declareLazily(struct.name(), kind(struct.union()),
                    type -> complete(type, struct, id));
            case BtfType.Forward forward -> StructType.declare(forward.name(), kind(forward.union()));
            case BtfType.Enumeration constants -> enumeration(constants);
            case BtfType.FloatingPoint number -> new ArrayType(IntType.U8, number.size());
            case BtfType.Variable variable -> type(variable.type());
            case BtfType.Void ignored -> VoidType.VOID;
            case BtfType.Prototype ignored -> VoidType.VOID;
            case BtfType.Function ignored -> VoidType.VOID;
            case BtfType.Typedef unresolved ->
                throw new BtfException("type " + id + " has no end: " + unresolved);
            case BtfType.Qualified unresolved ->
                throw new BtfException("type " + id + " has no end: " + unresolved);
            case BtfType.DataSection section ->
                throw new BtfException("section " + section.name() + " is no type");
            case BtfType.DeclarationTag tag -> throw new BtfException("tag " + tag.name() + " is no type");
        };
    }

    private Type target(BtfType.Pointer pointer) {
        int target = btf.resolve(pointer.target());
        BtfKind kind = btf.kind(target);
        return kind == BtfKind.FUNCTION_PROTOTYPE || kind == BtfKind.FUNCTION ? VoidType.VOID : type(target);
    }

    private static StructType.Kind kind(boolean union) {
        return union ? StructType.Kind.UNION : StructType.Kind.STRUCT;
    }

    private static Type number(BtfType.Int number) {
        int size = number.size();
        if (number.bool() && size == 1) {
            return IntType.BOOL;
        }
        if (number.name().equals("char")) {
            return IntType.CHAR;
        }
        boolean plain = size == 1 || size == 2 || size == 4 || size == 8;
        return plain ? IntType.of(size, number.signed()) : new ArrayType(IntType.U8, size);
    }

    private static EnumType enumeration(BtfType.Enumeration type) {
        if (type.size() != 1 && type.size() != 2 && type.size() != 4 && type.size() != 8) {
            throw new BtfException("enum " + type.name() + " of " + type.size() + " bytes");
        }
        return new EnumType(type.name(), IntType.of(type.size(), type.signed()), type.constants().stream()
                .map(constant -> new EnumType.Constant(constant.name(), constant.value())).toList());
    }

    private static int checkedSize(Type element, int length, int id) {
        try {
            Math.multiplyExact(element.size(), length);
        } catch (ArithmeticException e) {
            throw new BtfException("type " + id + " is an array of more than 2 GiB");
        } catch (IllegalStateException e) {
            throw new BtfException("type " + id + " is an array of what has no size: " + e.getMessage());
        }
        return length;
    }

    private void complete(StructType type, BtfType.Struct struct, int id) {
        // Within the fields of another struct the depth goes on, so that hostile types cannot use up the stack.
        enter(id);
        try {
            List<StructType.Field> fields = new ArrayList<>();
            membersLeft = MAX_MEMBERS;
            addFields(fields, struct, 0, 0);
            type.completeWithOffsets(fields, struct.size());
        } catch (IllegalStateException e) {
            throw new BtfException("type " + id + ": " + e.getMessage());
        } finally {
            depth--;
        }
    }

    private void enter(int id) {
        if (depth >= Btf.MAX_DEPTH) {
            throw new BtfException("type " + id + " is nested too deeply");
        }
        depth++;
    }

    private void addFields(List<StructType.Field> fields, BtfType.Struct struct, int base, int level) {
        if (level > Btf.MAX_DEPTH) {
            throw new BtfException("struct " + struct.name() + " is nested too deeply");
        }
        for (BtfType.Member member : struct.members()) {
            if (--membersLeft < 0) {
                throw new BtfException("struct " + struct.name() + " has too many members");
            }
            int offset = Math.addExact(base, member.bitOffset() / Byte.SIZE);
            if (member.name().isEmpty()
                    && btf.type(btf.resolve(member.type())) instanceof BtfType.Struct inner) {
                addFields(fields, inner, offset, level + 1);
            } else if (member.bitSize() == 0 && member.bitOffset() % Byte.SIZE == 0
                    && !member.name().isEmpty()) {
                fields.add(new StructType.Field(member.name(), type(member.type()), offset));
            }
        }
    }
}
