package io.bpf4j.loader.elf;

/**
 * {@code Elf64_Nhdr}, one note (System V gABI, "Note Section").
 *
 * <pre>
 *  0           4                  8      12
 *  +-----------+------------------+------+--------------+-------------+
 *  | name size | description size | type | name, padded | description |
 *  +-----------+------------------+------+--------------+-------------+
 * </pre>
 *
 * Padding is to 4 bytes, or to 8 where the segment or section says so ({@code .note.gnu.property}).
 */
final class NoteDescriptor {

    static final int NAME_SIZE_OFFSET = 0;
    static final int DESCRIPTION_SIZE_OFFSET = 4;
    static final int TYPE_OFFSET = 8;
    static final int NAME_OFFSET = 12;
    static final int ALIGNMENT = 4;
    static final int WIDE_ALIGNMENT = 8;

    private NoteDescriptor() {}
}
