package io.bpf4j.loader.proc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /etc/ld.so.cache}: where {@code ldconfig} found which library (glibc, sysdeps/generic/dl-cache.h).
 * Little-endian.
 *
 * <pre>
 *  0                             20      24             28      29       32           36         48
 *  +-----------------------------+-------+--------------+-------+--------+------------+----------+---------+---------+
 *  | "glibc-ld.so.cache" "1.1"   | count | string bytes | flags | unused | extensions | unused   | entries | strings |
 *  +-----------------------------+-------+--------------+-------+--------+------------+----------+---------+---------+
 *
 *  one entry:  0 flags:4   4 name:4   8 path:4   12 OS version:4   16 hwcap:8
 * </pre>
 *
 * Names and paths are offsets from the start of this header. Older systems put a table in the old format before it:
 * {@code "ld.so-1.7.0"}, count at 12, entries of 12 bytes from 16, then padding to 8.
 */
public final class LdSoCache {

    /**
     * One library.
     *
     * @param name  the name that programs ask for, its SONAME
     * @param path  where it is
     * @param flags kind of library, see {@link #isX8664()}
     */
    public record Entry(String name, String path, int flags) {

        /** Whether it is an x86-64 library for glibc: FLAG_X8664_LIB64 | FLAG_ELF_LIBC6. */
        public boolean isX8664() {
            return flags == X86_64_LIBC6;
        }
    }

    private static final byte[] MAGIC = "glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OLD_MAGIC = "ld.so-1.7.0".getBytes(StandardCharsets.US_ASCII);
    private static final int OLD_COUNT_OFFSET = 12;
    private static final int OLD_HEADER_SIZE = 16;
    private static final int OLD_ENTRY_SIZE = 12;
    private static final int ALIGNMENT = 8;
    private static final int COUNT_OFFSET = 20;
    private static final int HEADER_SIZE = 48;
    private static final int ENTRY_SIZE = 24;
    private static final int ENTRY_NAME_OFFSET = 4;
    private static final int ENTRY_PATH_OFFSET = 8;
    private static final int X86_64_LIBC6 = 0x0303;
    private static final int MAXIMUM_STRING = 4096;

    private LdSoCache() {}

    /**
     * Reads the content of the file.
     *
     * @throws IllegalArgumentException when it is not of this format, or contradicts itself
     */
    public static List<Entry> parse(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        try {
            long start = headerStart(bytes);
            if (start > bytes.limit() - HEADER_SIZE || !hasMagic(bytes, start, MAGIC)) {
                throw new IllegalArgumentException("ld.so.cache: is not of the format glibc-ld.so.cache1.1");
            }
            ByteBuffer header = bytes.slice((int) start, bytes.limit() - (int) start)
                    .order(ByteOrder.LITTLE_ENDIAN);
            long count = Integer.toUnsignedLong(header.getInt(COUNT_OFFSET));
            if (count > (header.limit() - HEADER_SIZE) / ENTRY_SIZE) {
                throw new IllegalArgumentException(
                        "ld.so.cache: %d entries do not fit in %d bytes".formatted(count,
                                content.length));
            }
            var entries = new ArrayList<Entry>();
            for (int i = 0; i < count; i++) {
                int at = HEADER_SIZE + i * ENTRY_SIZE;
                entries.add(new Entry(string(header, header.getInt(at + ENTRY_NAME_OFFSET)),
                        string(header, header.getInt(at + ENTRY_PATH_OFFSET)), header.getInt(at)));
            }
            return List.copyOf(entries);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("ld.so.cache: an offset lies outside the file", e);
        }
    }

    private static long headerStart(ByteBuffer bytes) {
        if (bytes.limit() < OLD_HEADER_SIZE || !hasMagic(bytes, 0, OLD_MAGIC)) {
            return 0;
        }
        long size = OLD_HEADER_SIZE + Integer.toUnsignedLong(bytes.getInt(OLD_COUNT_OFFSET)) * OLD_ENTRY_SIZE;
        return size + ALIGNMENT - 1 & -ALIGNMENT;
    }

    private static boolean hasMagic(ByteBuffer bytes, long start, byte[] magic) {
        for (int i = 0; i < magic.length; i++) {
            if (bytes.get((int) start + i) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static String string(ByteBuffer bytes, int offset) {
        int end = offset;
        while (bytes.get(end) != 0) {
            end++;
            if (end - offset > MAXIMUM_STRING) {
                throw new IllegalArgumentException("ld.so.cache: a name of more than %d bytes".formatted(
                        MAXIMUM_STRING));
            }
        }
        byte[] text = new byte[end - offset];
        bytes.get(offset, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
