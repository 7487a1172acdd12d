package io.bpf4j.vm.object;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The contents of an object's sections by name; of several sections of one name, the first. */
final class ElfSections {
    private final Map<String, byte[]> contents = new LinkedHashMap<>();

    private ElfSections() {}

    static ElfSections parse(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < ElfLayout.HEADER_SIZE || in.getInt(0) != ElfLayout.MAGIC
                || in.get(ElfLayout.CLASS_OFFSET) != ElfLayout.CLASS_64
                || in.get(ElfLayout.DATA_OFFSET) != ElfLayout.LITTLE_ENDIAN) {
            throw new ObjectException("not a little-endian ELF-64 file");
        }
        long headers = in.getLong(ElfLayout.SECTION_HEADERS_OFFSET);
        int count = Short.toUnsignedInt(in.getShort(ElfLayout.SECTION_COUNT_OFFSET));
        int names = Short.toUnsignedInt(in.getShort(ElfLayout.NAMES_SECTION_OFFSET));
        if (in.getShort(ElfLayout.SECTION_HEADER_SIZE_OFFSET) != ElfLayout.SECTION_HEADER_SIZE
                || names >= count
                || !fits(headers, (long) count * ElfLayout.SECTION_HEADER_SIZE, file.length)) {
            throw new ObjectException("the section headers are outside the file");
        }
        byte[] nameBytes = content(in, (int) headers + names * ElfLayout.SECTION_HEADER_SIZE);
        ElfSections sections = new ElfSections();
        for (int i = 1; i < count; i++) {
            int header = (int) headers + i * ElfLayout.SECTION_HEADER_SIZE;
            sections.contents.putIfAbsent(name(nameBytes, in.getInt(header)), content(in, header));
        }
        return sections;
    }

    byte[] require(String name) {
        byte[] found = contents.get(name);
        if (found == null) {
            throw new ObjectException("no section " + name + ": not an object that bpf4j wrote");
        }
        return found;
    }

    /** Copies a part of a section. */
    byte[] part(String name, int offset, int size) {
        byte[] all = require(name);
        if (!fits(offset, size, all.length)) {
            throw new ObjectException(
                    "section " + name + " has " + all.length + " bytes, wanted " + size + " at "
                            + offset);
        }
        return Arrays.copyOfRange(all, offset, offset + size);
    }

    private static byte[] content(ByteBuffer in, int header) {
        if (in.getInt(header + ElfLayout.SECTION_TYPE_OFFSET) == ElfLayout.SHT_NOBITS) {
            return new byte[0];
        }
        long offset = in.getLong(header + ElfLayout.SECTION_DATA_OFFSET);
        long size = in.getLong(header + ElfLayout.SECTION_SIZE_OFFSET);
        if (!fits(offset, size, in.capacity())) {
            throw new ObjectException(
                    "a section of " + size + " bytes at " + offset + " is outside the file");
        }
        return Arrays.copyOfRange(in.array(), (int) offset, (int) (offset + size));
    }

    private static String name(byte[] names, int offset) {
        int end = Math.max(offset, 0);
        while (end < names.length && names[end] != 0) {
            end++;
        }
        return offset < 0 || offset >= names.length
                ? ""
                : new String(names, offset, end - offset, StandardCharsets.UTF_8);
    }

    private static boolean fits(long offset, long size, long limit) {
        return offset >= 0 && size >= 0 && offset <= limit && size <= limit - offset;
    }
}
