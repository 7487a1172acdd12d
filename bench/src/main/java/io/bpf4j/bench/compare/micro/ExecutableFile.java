package io.bpf4j.bench.compare.micro;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lays out a static executable for x86-64 (System V ABI, Elf64_Ehdr and following):
 *
 * <pre>
 * file header | 3 program headers: code, zeros, no executable stack
 * code                                        mapped at {@link #CODE_ADDRESS}, readable and executable
 * symbols | their names | section names
 * section headers: none, .text, .bss, .symtab, .strtab, .shstrtab
 * </pre>
 */
final class ExecutableFile {

    /** Where the code is. */
    static final long CODE_ADDRESS = 0x401000;
    /** Where the zeros are. */
    static final long ZEROS_ADDRESS = 0x10000000;

    private static final int PAGE = 4096;
    private static final int HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int SECTION_HEADER_SIZE = 64;
    private static final int SYMBOL_SIZE = 24;
    private static final short EXECUTABLE = 2;
    private static final short X86_64 = 62;
    private static final int LOAD = 1;
    private static final int GNU_STACK = 0x6474e551;
    private static final int EXECUTE = 1;
    private static final int WRITE = 2;
    private static final int READ = 4;
    private static final int PROGBITS = 1;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int NOBITS = 8;
    private static final int ALLOCATED = 2;
    private static final int GLOBAL_FUNCTION = 1 << 4 | 2;
    private static final int TEXT_SECTION = 1;
    private static final int NAMES_SECTION = 5;
    private static final String SECTION_NAMES = "\0.text\0.bss\0.symtab\0.strtab\0.shstrtab\0";

    /**
     * A function.
     *
     * @param offset bytes from the start of the code
     * @param size bytes
     */
    record Function(String name, int offset, int size) {}

    private ExecutableFile() {}

    /**
     * Returns the bytes of a file.
     *
     * @param entry where it starts, bytes from the start of the code
     * @param zeros bytes at {@link #ZEROS_ADDRESS}
     */
    static byte[] build(byte[] code, int entry, int zeros, List<Function> functions) {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        names.write(0);
        byte[] symbols = symbols(functions, names);
        byte[] sectionNames = SECTION_NAMES.getBytes(StandardCharsets.US_ASCII);
        int symbolsAt = align(PAGE + code.length);
        int namesAt = symbolsAt + symbols.length;
        int sectionNamesAt = namesAt + names.size();
        int headersAt = align(sectionNamesAt + sectionNames.length);
        ByteBuffer out = buffer(headersAt + (NAMES_SECTION + 1) * SECTION_HEADER_SIZE);
        header(out, CODE_ADDRESS + entry, headersAt);
        program(out, LOAD, READ | EXECUTE, PAGE, CODE_ADDRESS, code.length, code.length);
        program(out, LOAD, READ | WRITE, 0, ZEROS_ADDRESS, 0, zeros);
        program(out, GNU_STACK, READ | WRITE, 0, 0, 0, 0);
        out.put(PAGE, code).put(symbolsAt, symbols).put(namesAt, names.toByteArray())
                .put(sectionNamesAt, sectionNames);
        out.position(headersAt + SECTION_HEADER_SIZE);
        section(out, ".text", PROGBITS, ALLOCATED | 4, CODE_ADDRESS, PAGE, code.length);
        section(out, ".bss", NOBITS, ALLOCATED | 1, ZEROS_ADDRESS, PAGE, zeros);
        section(out, ".symtab", SYMTAB, 0, 0, symbolsAt, symbols.length);
        section(out, ".strtab", STRTAB, 0, 0, namesAt, names.size());
        section(out, ".shstrtab", STRTAB, 0, 0, sectionNamesAt, sectionNames.length);
        return out.array();
    }

    private static void header(ByteBuffer out, long entry, int headersAt) {
        out.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        out.putShort(EXECUTABLE).putShort(X86_64).putInt(1);
        out.putLong(entry).putLong(HEADER_SIZE).putLong(headersAt).putInt(0);
        out.putShort((short) HEADER_SIZE).putShort((short) PROGRAM_HEADER_SIZE).putShort((short) 3);
        out.putShort((short) SECTION_HEADER_SIZE).putShort((short) (NAMES_SECTION + 1));
        out.putShort((short) NAMES_SECTION);
    }

    private static void program(ByteBuffer out, int type, int flags, long offset, long address, long inFile,
            long inMemory) {
        out.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
        out.putLong(inFile).putLong(inMemory).putLong(PAGE);
    }

    private static void section(ByteBuffer out, String name, int type, int flags, long address, int offset,
            int size) {
        boolean isSymbols = type == SYMTAB;
        out.putInt(SECTION_NAMES.indexOf("\0" + name + "\0") + 1).putInt(type).putLong(flags);
        out.putLong(address).putLong(offset).putLong(size);
        out.putInt(isSymbols ? NAMES_SECTION - 1 : 0).putInt(isSymbols ? 1 : 0);
        out.putLong(Long.BYTES).putLong(isSymbols ? SYMBOL_SIZE : 0);
    }

    private static byte[] symbols(List<Function> functions, ByteArrayOutputStream names) {
        ByteBuffer out = buffer((functions.size() + 1) * SYMBOL_SIZE);
        out.position(SYMBOL_SIZE);
        for (Function function : functions) {
            out.putInt(names.size()).put((byte) GLOBAL_FUNCTION).put((byte) 0);
            out.putShort((short) TEXT_SECTION).putLong(CODE_ADDRESS + function.offset())
                    .putLong(function.size());
            names.writeBytes(function.name().getBytes(StandardCharsets.US_ASCII));
            names.write(0);
        }
        return out.array();
    }

    private static int align(int offset) {
        return offset + Long.BYTES - 1 & -Long.BYTES;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
