package io.bpf4j.vm.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A struct or a union with C's layout: fields in order, each at its natural alignment, padded at the end.
 *
 * <p>Declared first and completed once, so that a field can point back to its own struct. Identity is the
 * type's
 * equality: two structs of one name are different types.
 */
public final class StructType implements Type {

    /** Whether the fields follow or overlay each other. */
    public enum Kind {
        STRUCT,
        UNION
    }

    /** A field at a byte offset. */
    public record Field(String name, Type type, int offset) {}

    /** A field before its offset is known. */
    public record Member(String name, Type type) {}

    private final String name;
    private final Kind kind;
    private List<Field> fields;
    private int size;
    private int alignment = 1;
    private Consumer<StructType> completer;

    private StructType(String name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    /** Makes a type without fields yet; {@link #complete} or {@link #completeWithOffsets} must follow. */
    public static StructType declare(String name, Kind kind) {
        return new StructType(name, kind);
    }

    /**
     * Makes a type whose fields are looked up when somebody first asks for them, so that a pointer into the kernel's
     * types does not bring all of them along. Only one thread may use the type until then.
     *
     * @param completer calls {@link #completeWithOffsets} on the type that it is given
     */
    public static StructType declareLazily(String name, Kind kind, Consumer<StructType> completer) {
        StructType type = declare(name, kind);
        type.completer = completer;
        return type;
    }

    /** Makes a complete struct by C's layout rules. */
    public static StructType struct(String name, List<Member> members) {
        return declare(name, Kind.STRUCT).complete(members);
    }

    /** Lays the fields out by C's rules and returns this type. */
    public StructType complete(List<Member> members) {
        List<Field> laidOut = new ArrayList<>();
        int end = 0;
        for (Member member : members) {
            int offset = kind == Kind.UNION ? 0 : roundUp(end, member.type().alignment());
            laidOut.add(new Field(member.name(), member.type(), offset));
            end = Math.max(end, Math.addExact(offset, member.type().size()));
        }
        return finish(laidOut, end);
    }

    /**
     * Takes fields whose offsets somebody else decided (a tracepoint's format, BTF) and returns this type.
     */
    public StructType completeWithOffsets(List<Field> given, int totalSize) {
        finish(given, totalSize);
        size = totalSize;
        return this;
    }

    private StructType finish(List<Field> laidOut, int end) {
        if (fields != null) {
            throw new IllegalStateException(spelling() + " is complete already");
        }
        fields = List.copyOf(laidOut);
        for (Field field : fields) {
            alignment = Math.max(alignment, field.type().alignment());
        }
        size = roundUp(end, alignment);
        return this;
    }

    private static int roundUp(int value, int alignment) {
        return Math.addExact(value, alignment - 1) & -alignment;
    }

    /** Returns the tag. */
    public String name() {
        return name;
    }

    /** Returns whether it is a struct or a union. */
    public Kind kind() {
        return kind;
    }

    /** Returns whether the type has fields, after looking them up if it was declared lazily. */
    public boolean isComplete() {
        lookUp();
        return fields != null;
    }

    /** Returns whether the type was declared lazily and nobody has asked for its fields yet. */
    public boolean isPending() {
        return completer != null;
    }

    /** Returns the fields in order of declaration. */
    public List<Field> fields() {
        requireComplete();
        return fields;
    }

    /** Finds a field by name. */
    public Optional<Field> field(String fieldName) {
        return fields().stream().filter(field -> field.name().equals(fieldName)).findFirst();
    }

    @Override
    public int size() {
        requireComplete();
        return size;
    }

    @Override
    public int alignment() {
        requireComplete();
        return alignment;
    }

    @Override
    public String spelling() {
        return (kind == Kind.UNION ? "union " : "struct ") + name;
    }

    @Override
    public String toString() {
        return spelling();
    }

    private void lookUp() {
        if (completer != null) {
            Consumer<StructType> once = completer;
            completer = null;
            once.accept(this);
        }
    }

    private void requireComplete() {
        lookUp();
        if (fields == null) {
            throw new IllegalStateException(spelling() + " is declared but has no fields");
        }
    }
}
