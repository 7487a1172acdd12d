package io.bpf4j.compiler.check;

import io.bpf4j.vm.type.Type;
import java.util.List;
import java.util.Optional;

/**
 * The record that a tracepoint gives its programs, as {@code events/CATEGORY/NAME/format} in tracefs describes it.
 *
 * @param fields in the order of the record, the eight common bytes at its start included
 */
public record TracepointFormat(String category, String name, List<Field> fields) {

    /**
     * A field.
     *
     * @param type of the data itself; for a data location the element's array type of unknown length 0
     * @param offset bytes from the start of the context
     * @param dataLocation whether a {@code u32} stands there: the data's offset from the context in the low 16 bits,
     * its length in the high ones (include/trace/stages/stage1_struct_define.h, __data_loc)
     */
    public record Field(String name, Type type, int offset, boolean dataLocation) {}

    /** Copies the list. */
    public TracepointFormat {
        fields = List.copyOf(fields);
    }

    /** Finds a field by name. */
    public Optional<Field> field(String fieldName) {
        return fields.stream().filter(field -> field.name().equals(fieldName)).findFirst();
    }

    /** Reads the text of a format file. Lines that are no fields are passed over, so any text gives a result. */
    public static TracepointFormat parse(String category, String name, String text) {
        return new TracepointFormat(category, name, new TracepointFormatParser(category).fields(text));
    }
}
