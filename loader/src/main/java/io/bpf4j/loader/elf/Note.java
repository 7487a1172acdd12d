package io.bpf4j.loader.elf;

import java.util.ArrayList;
import java.util.List;

/**
 * One note: who wrote it, of which of his types, and where its description lies in the file.
 */
record Note(String owner, int type, long offset, long size) {

    /** NT_GNU_BUILD_ID of owner GNU. */
    static final int GNU_BUILD_ID = 3;
    /** The build id of owner Go (cmd/internal/buildid/note.go). */
    static final int GO_BUILD_ID = 4;
    /** A static probe of owner stapsdt (systemtap, sys/sdt.h). */
    static final int STATIC_PROBE = 3;

    private static final int MAXIMUM_OWNER = 64;
    /** No real file has a tenth of it; without it a large hostile file is a large heap. */
    private static final int MAXIMUM_NOTES = 1 << 20;

    /** The notes in one section or segment, in order. */
    static List<Note> read(ElfBytes bytes, long offset, long size, long alignment) {
        bytes.checkRange(offset, size, "notes");
        long pad = alignment == NoteDescriptor.WIDE_ALIGNMENT
                ? NoteDescriptor.WIDE_ALIGNMENT
                : NoteDescriptor.ALIGNMENT;
        var notes = new ArrayList<Note>();
        long at = offset;
        long end = offset + size;
        while (at <= end - NoteDescriptor.NAME_OFFSET) {
            long nameSize = bytes.u32(at + NoteDescriptor.NAME_SIZE_OFFSET);
            long descriptionSize = bytes.u32(at + NoteDescriptor.DESCRIPTION_SIZE_OFFSET);
            long description = offset + padded(at - offset + NoteDescriptor.NAME_OFFSET + nameSize, pad);
            if (description > end || descriptionSize > end - description) {
                throw bytes.failure(at,
                        "a note with %d bytes of name and %d of description does not fit in its section"
                                .formatted(nameSize, descriptionSize));
            }
            if (notes.size() == MAXIMUM_NOTES) {
                throw bytes.failure(at, "more than %d notes".formatted(MAXIMUM_NOTES));
            }
            String owner = bytes.string(at + NoteDescriptor.NAME_OFFSET,
                    at + NoteDescriptor.NAME_OFFSET + nameSize,
                    MAXIMUM_OWNER);
            notes.add(new Note(owner, bytes.s32(at + NoteDescriptor.TYPE_OFFSET), description,
                    descriptionSize));
            at = offset + padded(description - offset + descriptionSize, pad);
        }
        return notes;
    }

    private static long padded(long size, long alignment) {
        return size + alignment - 1 & -alignment;
    }
}
