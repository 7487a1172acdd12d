package io.bpf4j.vm.explain;

import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.Optional;

/**
 * A place in memory that has a type: which variable or member it is.
 *
 * @param words what it is part of, such as {@code a value of map recs}
 * @param type of the whole; void if it is not known
 * @param globals the variables that the whole is made of, if it is a section of variables
 * @param offset of the place in the whole, in bytes
 */
public record Memory(String words, Type type, List<Global> globals, long offset) {

    /**
     * A member that an offset is in.
     *
     * @param path how the source reaches it from the whole, such as {@code .data}; empty for the whole
     * @param left the bytes from the offset to the member's end
     */
    record Member(String path, long left) {}

    /** Copies the list. */
    public Memory {
        globals = List.copyOf(globals);
    }

    /** Finds the variable that the place is in. */
    Optional<Global> global() {
        return globals.stream()
                .filter(one -> offset >= one.offset() && offset < one.offset() + (long) one.type().size())
                .findFirst();
    }

    /** Finds the member: the outermost array or scalar around the place. */
    Member member() {
        Optional<Global> global = global();
        return global.map(one -> memberOf(one.type(), offset - one.offset(), ""))
                .orElseGet(() -> memberOf(type, offset, ""));
    }

    private static Member memberOf(Type type, long offset, String path) {
        if (type instanceof StructType struct && struct.isComplete()) {
            for (StructType.Field field : struct.fields()) {
                if (offset >= field.offset() && offset < field.offset() + (long) field.type().size()) {
                    return memberOf(field.type(), offset - field.offset(),
                            field.name().isEmpty() ? path : path + "." + field.name());
                }
            }
        }
        if (type instanceof ArrayType array && array.element() instanceof StructType
                && offset >= array.element().size()) {
            return new Member(path, array.size() - offset);
        }
        return new Member(path, type == VoidType.VOID ? -1 : type.size() - offset);
    }
}
