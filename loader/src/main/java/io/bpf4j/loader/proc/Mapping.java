package io.bpf4j.loader.proc;

import java.util.Optional;

/**
 * One line of {@code /proc/PID/maps} (fs/proc/task_mmu.c, show_map_vma).
 *
 * <pre>
 *  7f1c2a400000-7f1c2a428000 r-xp 00028000 fe:01 1183  /usr/lib/x86_64-linux-gnu/libc.so.6
 *  start        end          perms offset  dev   inode pathname
 * </pre>
 *
 * @param start       first address
 * @param end         address behind the last
 * @param permissions {@code rwx} and {@code p} or {@code s}, dashes for those that are missing
 * @param offset      where {@code start} lies in the file, bytes
 * @param device      of the file, {@code makedev(major, minor)} as {@code stat} has it; 0 without a file
 * @param inode       of the file, 0 without a file
 * @param name        path in the mount namespace of the process, or a kernel name such as {@code [stack]}, or empty
 */
public record Mapping(long start, long end, String permissions, long offset, long device, long inode,
        String name) {

    private static final String DELETED = " (deleted)";
    private static final int FIELDS = 6;
    private static final int HEXADECIMAL = 16;
    /** Of the six letters and digits: 'x' is the third. */
    private static final int EXECUTE = 2;

    /** Reads one line; throws {@link IllegalArgumentException} with the line when it is none of the kernel's. */
    public static Mapping parse(String line) {
        String[] fields = line.split(" +", FIELDS);
        try {
            int dash = fields[0].indexOf('-');
            int colon = fields[3].indexOf(':');
            return new Mapping(Long.parseUnsignedLong(fields[0], 0, dash, HEXADECIMAL),
                    Long.parseUnsignedLong(fields[0], dash + 1, fields[0].length(), HEXADECIMAL), fields[1],
                    Long.parseUnsignedLong(fields[2], HEXADECIMAL),
                    device(Long.parseLong(fields[3], 0, colon, HEXADECIMAL),
                            Long.parseLong(fields[3], colon + 1, fields[3].length(), HEXADECIMAL)),
                    Long.parseUnsignedLong(fields[4]),
                    fields.length < FIELDS ? "" : unescape(fields[FIELDS - 1]));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException("not a line of /proc/PID/maps: " + line, e);
        }
    }

    /** glibc, sys/sysmacros.h, gnu_dev_makedev. */
    private static long device(long major, long minor) {
        return (major & 0xfffff000L) << 32 | (major & 0xfffL) << 8 | (minor & 0xffffff00L) << 12
                | minor & 0xffL;
    }

    /** The kernel escapes line feeds only. */
    private static String unescape(String name) {
        return name.replace("\\012", "\n");
    }

    /** Whether code in it can run. */
    public boolean isExecutable() {
        return permissions.charAt(EXECUTE) == 'x';
    }

    /** Whether {@code address} lies in it. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address - start, end - start) < 0;
    }

    /** File offset of the byte at {@code address}, which must lie in it. */
    public long fileOffset(long address) {
        return address - start + offset;
    }

    /** Whether a file with a path is behind it, and not memory, a device of memory, or a name of the kernel's. */
    public boolean hasFile() {
        return inode != 0 && name.startsWith("/");
    }

    /** Path of the file without the {@code " (deleted)"} that the kernel adds when it is gone; empty for no file. */
    public Optional<String> path() {
        if (!hasFile()) {
            return Optional.empty();
        }
        return Optional.of(isDeleted() ? name.substring(0, name.length() - DELETED.length()) : name);
    }

    /** Whether the kernel says that the path is gone; a file may also simply be called so. */
    public boolean isDeleted() {
        return hasFile() && name.endsWith(DELETED);
    }

    /** The address range as {@code map_files} spells it. */
    String range() {
        return Long.toHexString(start) + "-" + Long.toHexString(end);
    }
}
