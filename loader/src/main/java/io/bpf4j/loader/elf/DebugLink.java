package io.bpf4j.loader.elf;

/**
 * Content of {@code .gnu_debuglink}: which file holds the stripped symbols (gdb manual, "Separate Debug Files"): a
 * NUL-terminated name, padding to 4 bytes, CRC.
 *
 * @param fileName without folders
 * @param crc      CRC-32 of that whole file
 */
public record DebugLink(String fileName, int crc) {

    private static final int MAXIMUM_NAME = 255;

    static DebugLink read(ElfBytes bytes, Section section) {
        bytes.checkRange(section.offset(), section.size(), section.name());
        long end = section.offset() + section.size();
        int length = 0;
        while (section.offset() + length < end && bytes.u8(section.offset() + length) != 0) {
            length++;
        }
        long crcAt = section.offset() + (length + 1 + Integer.BYTES - 1 & -Integer.BYTES);
        if (length == 0 || length > MAXIMUM_NAME || crcAt > end - Integer.BYTES) {
            throw bytes.failure(section.offset(),
                    "%s of %d bytes with a file name of %d".formatted(section.name(),
                            section.size(), length));
        }
        String name = bytes.string(section.offset(), end, MAXIMUM_NAME);
        if (name.indexOf('/') >= 0) {
            throw bytes.failure(section.offset(),
                    "%s names %s, which is not in a usual place".formatted(section.name(),
                            name));
        }
        return new DebugLink(name, bytes.s32(crcAt));
    }
}
