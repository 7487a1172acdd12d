package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers, addresses and notes of real files, against {@code readelf}. */
class ElfFileTest {

    private static final Pattern LOAD = Pattern
            .compile("\\s+LOAD\\s+0x(\\S+) 0x(\\S+) 0x\\S+ 0x(\\S+) 0x(\\S+) (.{3}) .*");
    private static final Pattern BRACKETS = Pattern.compile(".*\\[(.*)\\]");

    @TempDir
    static Path folder;

    static Stream<Path> files() {
        return BinarySamples.installed();
    }

    @ParameterizedTest
    @MethodSource("files")
    void loadSegmentsAreThoseOfReadelf(Path path) {
        var expected = new ArrayList<List<Long>>();
        for (String line : BinarySamples.output("readelf", "-lW", path.toString())) {
            var row = LOAD.matcher(line);
            if (row.matches()) {
                expected.add(List.of(Long.parseLong(row.group(1), 16), Long.parseLong(row.group(2), 16),
                        Long.parseLong(row.group(3), 16), Long.parseLong(row.group(4), 16),
                        row.group(5).contains("E") ? 1L : 0L));
            }
        }
        try (var file = ElfFile.open(path)) {
            assertEquals(expected,
                    file.segments().stream().filter(segment -> segment.type() == Segment.LOAD)
                            .map(segment -> List.of(segment.offset(), segment.address(), segment.fileSize(),
                                    segment.memorySize(), segment.isExecutable() ? 1L : 0L))
                            .toList());
            for (List<Long> load : expected) {
                long last = load.get(2) - 1;
                assertEquals(OptionalLong.of(load.get(0)), file.fileOffset(load.get(1)));
                assertEquals(OptionalLong.of(load.get(0) + last), file.fileOffset(load.get(1) + last));
                assertEquals(OptionalLong.of(load.get(1)), file.virtualAddress(load.get(0)));
            }
            assertEquals(OptionalLong.empty(), file.fileOffset(-1));
            assertEquals(OptionalLong.empty(), file.virtualAddress(1L << 40));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void dynamicSectionIsThatOfReadelf(Path path) {
        List<String> lines = BinarySamples.output("readelf", "-dW", path.toString());
        try (var file = ElfFile.open(path)) {
            DynamicSection dynamic = file.dynamicSection();
            assertEquals(brackets(lines, "(NEEDED)"), dynamic.needed());
            assertEquals(brackets(lines, "(SONAME)"), dynamic.soname().stream().toList());
            assertEquals(lines.stream().anyMatch(line -> line.matches(".*FLAGS_1.*PIE.*")), dynamic.pie());
            assertFalse(file.isStatic());
            List<String> interpreter = brackets(
                    BinarySamples.output("readelf", "-lW", path.toString()).stream()
                            .map(line -> line.replace("interpreter: ", "interpreter: [")).toList(),
                    "program interpreter");
            assertEquals(interpreter.stream().map(text -> text.substring(text.indexOf('[') + 1)).toList(),
                    file.interpreter().stream().toList());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void buildIdIsThatOfReadelf(Path path) {
        Optional<String> expected = BinarySamples.output("readelf", "-nW", path.toString()).stream()
                .filter(line -> line.contains("Build ID: ")).map(line -> line.replaceAll(".*Build ID: ", ""))
                .findFirst();
        try (var file = ElfFile.open(path)) {
            assertEquals(expected, file.buildId());
            assertFalse(file.isGo());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void sectionsAreThoseOfReadelf(Path path) {
        var expected = new ArrayList<String>();
        var row = Pattern.compile(
                "\\s+\\[\\s*(\\d+)\\] (\\S*)\\s+(\\S+)\\s+([0-9a-f]{16}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) .*");
        for (String line : BinarySamples.output("readelf", "-SW", path.toString())) {
            var matcher = row.matcher(line);
            if (matcher.matches()) {
                expected.add(String.join(" ", matcher.group(2), matcher.group(4), matcher.group(5),
                        matcher.group(6)));
            }
        }
        try (var file = ElfFile.open(path)) {
            assertEquals(expected, file.sections().stream().map(section -> "%s %016x %06x %06x"
                    .formatted(section.name(), section.address(), section.offset(), section.size()))
                    .toList());
        }
    }

    @Test
    void staticExecutablesAreToldFromDynamicOnes() {
        try (var fixed = ElfFile.open(BinarySamples.hello(folder, "static", "-static"));
                var pie = ElfFile.open(BinarySamples.hello(folder, "static-pie", "-static-pie"));
                var dynamic = ElfFile.open(BinarySamples.hello(folder, "dynamic"))) {
            assertTrue(fixed.isStatic());
            assertTrue(pie.isStatic());
            assertTrue(pie.dynamicSection().pie());
            assertFalse(dynamic.isStatic());
            assertEquals(ElfFile.TYPE_EXECUTABLE, fixed.type());
            assertEquals(ElfFile.MACHINE_X86_64, fixed.machine());
        }
    }

    @Test
    void goBinariesAreRecognisedEvenWhenStripped() {
        Path path = BinarySamples.goHello(folder);
        String id = BinarySamples.output("go", "tool", "buildid", path.toString()).get(0);
        try (var file = ElfFile.open(path)) {
            assertTrue(file.isGo());
            assertEquals(Optional.of(id), file.goBuildId());
        }
        try (var file = ElfFile.open(BinarySamples.goHello(folder, "-ldflags=-s -w"))) {
            assertTrue(file.isGo());
            assertTrue(file.isStripped());
        }
    }

    @Test
    void filesOfOtherClassesAreRefusedByName() throws Exception {
        assertRefused("is a 32-bit ELF file; only 64-bit files can be traced",
                ElfHeaderDescriptor.CLASS_OFFSET, 1);
        assertRefused("is a big-endian ELF file; only little-endian files can be traced",
                ElfHeaderDescriptor.DATA_OFFSET, 2);
        assertRefused("is not an ELF file", 0, 0);
        Path text = Files.writeString(folder.resolve("script"), "#!/bin/sh\n");
        assertTrue(assertThrows(ElfException.class, () -> ElfFile.open(text)).getMessage()
                .contains(text + ": is not an ELF file"));
        assertTrue(assertThrows(ElfException.class, () -> ElfFile.open(folder)).getMessage()
                .endsWith("is not a regular file"));
        assertTrue(assertThrows(ElfException.class, () -> ElfFile.open(folder.resolve("none"))).getMessage()
                .endsWith("none: no such file"));
    }

    private static void assertRefused(String message, int at, int value) throws Exception {
        byte[] bytes = Files.readAllBytes(BinarySamples.LIBC);
        bytes[at] = (byte) value;
        Path file = Files.write(folder.resolve("refused"), bytes);
        ElfException refusal = assertThrows(ElfException.class, () -> ElfFile.open(file));
        assertEquals("%s: %s (at file offset 0x%x)".formatted(file, message, at), refusal.getMessage());
        assertEquals(at, refusal.offset());
    }

    private static List<String> brackets(List<String> lines, String what) {
        return lines.stream().filter(line -> line.contains(what)).map(BRACKETS::matcher)
                .filter(m -> m.matches())
                .map(m -> m.group(1)).toList();
    }
}
