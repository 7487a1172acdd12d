package io.bpf4j.loader.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Random access to the little-endian bytes of one file through a small page cache.
 *
 * <p>Positional reads and not a mapping: a file that its owner truncates while we read it must end in an
 * {@link ElfException} and not in SIGBUS, and the file must be released when we close it, not when the collector comes
 * by. At most {@value #PAGE_COUNT} pages of {@value #PAGE_SIZE} bytes are held, whatever the size of the file.
 *
 * <p>Safe for many threads: a cached page is immutable, and losing a race only costs a second read of the same page.
 */
final class ElfBytes implements AutoCloseable {

    private static final int PAGE_SHIFT = 16;
    private static final int PAGE_SIZE = 1 << PAGE_SHIFT;
    private static final int PAGE_COUNT = 64;

    /** One page of the file; {@code data} has fewer bytes than a whole page only at the end of the file. */
    private record Page(long index, ByteBuffer data) {}

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final Page[] pages = new Page[PAGE_COUNT];

    private ElfBytes(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /** Opens a regular file: a FIFO under a library's name would block the open for ever. */
    static ElfBytes open(Path path) {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new ElfException(path, "is not a regular file", null);
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new ElfBytes(path, channel, channel.size());
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new ElfException(path, "no such file", e);
        } catch (AccessDeniedException e) {
            throw new ElfException(path, "permission denied", e);
        } catch (IOException e) {
            throw new ElfException(path, "cannot be opened: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /** Size of the file in bytes when it was opened. */
    long size() {
        return size;
    }

    ElfException failure(long offset, String what) {
        return new ElfException(path, offset, what);
    }

    /** Refuses a part that does not lie wholly within the file; both numbers are unsigned 64-bit as stored. */
    void checkRange(long offset, long length, String what) {
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw failure(offset, "%s of %s bytes lies outside the file of %d bytes".formatted(what,
                    Long.toUnsignedString(length), size));
        }
    }

    int u8(long offset) {
        return page(offset, 1).get((int) (offset & PAGE_SIZE - 1)) & 0xff;
    }

    int u16(long offset) {
        int inPage = (int) (offset & PAGE_SIZE - 1);
        if (inPage <= PAGE_SIZE - Short.BYTES) {
            return page(offset, Short.BYTES).getShort(inPage) & 0xffff;
        }
        return u8(offset) | u8(offset + 1) << Byte.SIZE;
    }

    int s32(long offset) {
        int inPage = (int) (offset & PAGE_SIZE - 1);
        if (inPage <= PAGE_SIZE - Integer.BYTES) {
            return page(offset, Integer.BYTES).getInt(inPage);
        }
        return u16(offset) | u16(offset + Short.BYTES) << Short.SIZE;
    }

    long u32(long offset) {
        return Integer.toUnsignedLong(s32(offset));
    }

    long s64(long offset) {
        int inPage = (int) (offset & PAGE_SIZE - 1);
        if (inPage <= PAGE_SIZE - Long.BYTES) {
            return page(offset, Long.BYTES).getLong(inPage);
        }
        return u32(offset) | u32(offset + Integer.BYTES) << Integer.SIZE;
    }

    /** Fills {@code target} from {@code offset}; the part must lie within the file. */
    void read(long offset, ByteBuffer target, String what) {
        checkRange(offset, target.remaining(), what);
        try {
            long at = offset;
            while (target.hasRemaining()) {
                int n = channel.read(target, at);
                if (n < 0) {
                    throw failure(at, "the file was cut off while it was read");
                }
                at += n;
            }
        } catch (IOException e) {
            throw new ElfException(path, "cannot be read: " + e, e);
        }
    }

    byte[] bytes(long offset, int length, String what) {
        checkRange(offset, length, what);
        byte[] copy = new byte[length];
        read(offset, ByteBuffer.wrap(copy), what);
        return copy;
    }

    /**
     * The NUL-terminated UTF-8 string at {@code offset}, ending at {@code limit} at the latest and cut after
     * {@code maximum} bytes.
     */
    String string(long offset, long limit, int maximum) {
        int length = length(offset, Math.min(Math.min(limit, size), offset + maximum));
        int inPage = (int) (offset & PAGE_SIZE - 1);
        if (length > 0 && inPage + length <= PAGE_SIZE) {
            return new String(page(offset, length).array(), inPage, length, StandardCharsets.UTF_8);
        }
        byte[] copy = new byte[length];
        copyString(offset, offset + length, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** Number of bytes from {@code offset} to the first NUL, or to {@code end} where there is none before. */
    private int length(long offset, long end) {
        long at = offset;
        while (at < end) {
            byte[] data = page(at, 1).array();
            int start = (int) (at & PAGE_SIZE - 1);
            int stop = (int) Math.min(PAGE_SIZE, start + (end - at));
            int i = start;
            while (i < stop && data[i] != 0) {
                i++;
            }
            at += i - start;
            if (i < stop) {
                break;
            }
        }
        return (int) Math.max(0, at - offset);
    }

    /** Copies the string at {@code offset}, cut to the size of {@code target}, and returns its length in bytes. */
    int copyString(long offset, long limit, byte[] target) {
        int length = length(offset, Math.min(Math.min(limit, size), offset + target.length));
        for (int done = 0; done < length;) {
            long at = offset + done;
            int start = (int) (at & PAGE_SIZE - 1);
            int part = Math.min(length - done, PAGE_SIZE - start);
            System.arraycopy(page(at, 1).array(), start, target, done, part);
            done += part;
        }
        return length;
    }

    /**
     * Whether the symbol name at {@code offset} is {@code name}, ended before {@code limit} by NUL or by the {@code @}
     * of a version; allocates nothing.
     */
    boolean hasName(long offset, long limit, byte[] name) {
        if (offset < 0 || limit > size || name.length >= limit - offset) {
            return false;
        }
        int inPage = (int) (offset & PAGE_SIZE - 1);
        if (inPage + name.length >= PAGE_SIZE) {
            return hasNameAcrossPages(offset, name);
        }
        ByteBuffer data = page(offset, name.length + 1);
        for (int i = 0; i < name.length; i++) {
            if (data.get(inPage + i) != name[i]) {
                return false;
            }
        }
        return endsName(data.get(inPage + name.length));
    }

    private boolean hasNameAcrossPages(long offset, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if ((byte) u8(offset + i) != name[i]) {
                return false;
            }
        }
        return endsName((byte) u8(offset + name.length));
    }

    private static boolean endsName(byte b) {
        return b == 0 || b == '@';
    }

    /** CRC-32 of the whole file, as {@code .gnu_debuglink} has it (bfd/opncls.c, bfd_calc_gnu_debuglink_crc32). */
    int crc32() {
        var crc = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocate(PAGE_SIZE);
        for (long at = 0; at < size; at += PAGE_SIZE) {
            chunk.clear().limit((int) Math.min(PAGE_SIZE, size - at));
            read(at, chunk, "content");
            crc.update(chunk.flip());
        }
        return (int) crc.getValue();
    }

    /** The page that holds {@code length} bytes at {@code offset}; the caller has seen that they do not cross pages. */
    private ByteBuffer page(long offset, int length) {
        if (offset < 0 || offset > size - length) {
            throw failure(offset,
                    "%d bytes wanted beyond the end of the file of %d bytes".formatted(length, size));
        }
        long index = offset >>> PAGE_SHIFT;
        int slot = (int) (index & PAGE_COUNT - 1);
        Page page = pages[slot];
        if (page == null || page.index != index) {
            page = load(index);
            pages[slot] = page;
        }
        return page.data;
    }

    private Page load(long index) {
        long start = index << PAGE_SHIFT;
        ByteBuffer data = ByteBuffer.allocate((int) Math.min(PAGE_SIZE, size - start));
        read(start, data, "page");
        return new Page(index, data.clear().order(ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ElfException(path, "cannot be closed: " + e.getMessage(), e);
        }
    }
}
