package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever the bytes are, reading them ends, in a result or in an {@link ElfException}. */
class ElfMutationProperties {

    private static final String SOURCE = "__attribute__((visibility(\"default\"))) int square(int x){return x*x;}"
            + "int main(void){return square(2)-4;}";
    private static Path folder;
    private static List<byte[]> originals;

    @BeforeContainer
    static void makeOriginals() throws IOException {
        folder = Files.createTempDirectory("elf-mutations");
        Path shared = BinarySamples.compile(folder, SOURCE, "shared.so", "-shared", "-fPIC", "-g");
        Path program = BinarySamples.compile(folder, SOURCE, "program", "-rdynamic");
        BinarySamples.output(folder, "objcopy", "--only-keep-debug", "program", "program.debug");
        BinarySamples.output(folder, "objcopy", "--add-gnu-debuglink=program.debug", "program");
        BinarySamples.output(folder, "cp", "program", "stripped");
        BinarySamples.output(folder, "strip", "stripped");
        byte[] bare = Files.readAllBytes(shared);
        ByteBuffer.wrap(bare).putLong(ElfHeaderDescriptor.SECTION_HEADERS_OFFSET, 0);
        originals = List.of(Files.readAllBytes(shared), Files.readAllBytes(program),
                Files.readAllBytes(folder.resolve("program.debug")),
                Files.readAllBytes(folder.resolve("stripped")),
                bare, Files.readAllBytes(BinarySamples.LIBC), Files.readAllBytes(BinarySamples.LIBSSL));
    }

    @AfterContainer
    static void removeOriginals() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Property(tries = 1000)
    void mutatedFileGivesAResultOrAnElfException(@ForAll long seed,
            @ForAll @IntRange(min = 1, max = 24) int changes) {
        var random = new Random(seed);
        byte[] bytes = originals.get(random.nextInt(originals.size())).clone();
        for (int i = 0; i < changes; i++) {
            mutate(bytes, random);
        }
        readEverything(write(bytes));
    }

    @Property(tries = 200)
    void truncatedFileGivesAResultOrAnElfException(@ForAll long seed) {
        var random = new Random(seed);
        byte[] bytes = originals.get(random.nextInt(originals.size()));
        int length = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(512);
        readEverything(write(Arrays.copyOf(bytes, length)));
    }

    /** Every 64-bit word of the headers and of the tables that they point to, with each of the nasty values. */
    @Example
    void everyHeaderFieldMayHoldANastyNumber() {
        byte[] original = originals.get(1);
        ByteBuffer header = ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) header.getLong(ElfHeaderDescriptor.SECTION_HEADERS_OFFSET);
        for (int at = 4; at < 1024; at += 4) {
            overwriteEach(original, at);
        }
        for (int at = sections; at < original.length - 4; at += 4) {
            overwriteEach(original, at);
        }
    }

    private static void overwriteEach(byte[] original, int at) {
        for (int value : new int[]{-1, Integer.MAX_VALUE, 1 << 24, 0}) {
            byte[] bytes = original.clone();
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
            readEverything(write(bytes));
        }
    }

    @Example
    void largeCountsAreRefusedBeforeAnythingIsAllocated() {
        byte[] bytes = originals.get(1).clone();
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) header.getLong(ElfHeaderDescriptor.SECTION_HEADERS_OFFSET);
        header.putShort(ElfHeaderDescriptor.SECTION_HEADER_COUNT_OFFSET, (short) 0);
        header.putLong(sections + SectionDescriptor.SIZE_OFFSET, Long.MAX_VALUE);
        Path file = write(bytes);
        String message = assertThrows(ElfException.class, () -> ElfFile.open(file)).getMessage();
        assertTrue(message.contains("9223372036854775807 section headers"), message);
    }

    /** A million symbols that share one endless name: neither searching nor listing may take its product. */
    @Example
    void overlappingNamesAreRefusedBeforeTheyTakeMinutes() throws IOException {
        byte[] original = originals.get(1);
        ByteBuffer header = ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) header.getLong(ElfHeaderDescriptor.SECTION_HEADERS_OFFSET);
        int symbols = original.length + 7 & -8;
        int count = 1_000_000;
        int names = symbols + count * SymbolDescriptor.SIZE;
        ByteBuffer bytes = ByteBuffer.allocate(names + (1 << 20)).order(ByteOrder.LITTLE_ENDIAN).put(0,
                original);
        try (var file = ElfFile.open(write(original))) {
            for (int i = 0; i < file.sections().size(); i++) {
                Section section = file.sections().get(i);
                int at = sections + i * SectionDescriptor.SIZE;
                if (section.type() == Section.SYMBOLS) {
                    bytes.putLong(at + SectionDescriptor.OFFSET_OFFSET, symbols);
                    bytes.putLong(at + SectionDescriptor.SIZE_OFFSET, (long) count * SymbolDescriptor.SIZE);
                } else if (section.name().equals(".strtab")) {
                    bytes.putLong(at + SectionDescriptor.OFFSET_OFFSET, names);
                    bytes.putLong(at + SectionDescriptor.SIZE_OFFSET, 1 << 20);
                }
            }
        }
        for (int i = 0; i < count; i++) {
            bytes.putShort(symbols + i * SymbolDescriptor.SIZE + SymbolDescriptor.SECTION_INDEX_OFFSET,
                    (short) 1);
        }
        Arrays.fill(bytes.array(), names, bytes.capacity(), (byte) 'a');
        try (var file = ElfFile.open(write(bytes.array()))) {
            SymbolTable table = file.fullSymbols().orElseThrow();
            assertEquals(count, table.count());
            assertEquals(List.of(), table.find("a"));
            assertThrows(ElfException.class, () -> table.matching(NamePattern.of("*z")));
            assertThrows(ElfException.class, () -> table.matching(NamePattern.of("*")));
            assertThrows(ElfException.class, () -> table.forEach(symbol -> table.count()));
            assertThrows(ElfException.class, () -> table.at(0));
        }
    }

    /** A file of which all but the headers is a hole: its size alone must cost nothing. */
    @Example
    void sizeOfASparseFileCostsNothing() throws IOException {
        byte[] bytes = originals.get(0);
        Path file = write(bytes);
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(1L << 40);
            channel.write(ByteBuffer.allocate(1));
        }
        try (var elf = ElfFile.open(file)) {
            assertTrue(elf.dynamicSymbols().orElseThrow().find("square").size() == 1);
            assertThrows(ElfException.class, () -> elf.read(1L << 41, 1));
        }
    }

    private static void mutate(byte[] bytes, Random random) {
        int near = Math.min(bytes.length, 1024);
        int tail = Math.max(0, bytes.length - 4096);
        int at = switch (random.nextInt(4)) {
            case 0 -> random.nextInt(near);
            case 1 -> tail + random.nextInt(bytes.length - tail);
            case 2 -> random.nextInt(Math.min(bytes.length, 0x10000));
            default -> random.nextInt(bytes.length);
        };
        switch (random.nextInt(3)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            default -> {
                for (int i = at & -4; i < Math.min(bytes.length, (at & -4) + 4); i++) {
                    bytes[i] = -1;
                }
            }
        }
    }

    private static Path write(byte[] bytes) {
        try {
            return Files.write(folder.resolve("mutant"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Calls every reader, each on its own, so that one refusal does not hide the next one's fault. */
    private static void readEverything(Path path) {
        ElfFile file;
        try {
            file = ElfFile.open(path);
        } catch (ElfException e) {
            return;
        }
        try (file) {
            List<Runnable> readers = List.of(file::interpreter, file::dynamicSection, file::isStatic,
                    file::isGo,
                    file::isStripped, file::buildId, file::goBuildId, file::debugLink, file::usdtProbes,
                    () -> file.dynamicSymbols().ifPresent(ElfMutationProperties::readSymbols),
                    () -> file.fullSymbols().ifPresent(ElfMutationProperties::readSymbols),
                    () -> resolve(path));
            for (Runnable reader : readers) {
                try {
                    reader.run();
                } catch (ElfException e) {
                    assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
                }
            }
        }
    }

    private static void readSymbols(SymbolTable table) {
        table.find("square");
        table.find("SSL_write@OPENSSL_3.0.0");
        table.matching(NamePattern.of("*_w*"));
        table.forEach(symbol -> table.count());
        table.at(0);
    }

    private static void resolve(Path path) {
        try (var symbols = SymbolResolver.open(path, "/nowhere/mutant", file -> Optional.empty())) {
            symbols.find("square");
            symbols.matching(NamePattern.of("s*"))
                    .forEach(found -> symbols.index().find(found.fileOffset() + 1));
        }
    }
}
