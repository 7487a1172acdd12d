package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every symbol of real files, against {@code readelf} and {@code nm}. */
class SymbolTableTest {

    /** {@code Num: Value Size Type Bind Vis Ndx Name}; the size is decimal, or hexadecimal when it is large. */
    private static final Pattern ROW = Pattern
            .compile("\\s*(\\d+): ([0-9a-f]{16})\\s+(\\S+) (\\S+)\\s+(\\S+)\\s+\\S+"
                    + "(?:\\s+\\[[^\\]]*\\])?\\s+(\\S+) ?(.*)");
    private static final Pattern NEEDED_VERSION = Pattern.compile(" \\(\\d+\\)$");
    private static final Map<String, SymbolType> TYPES = Map.of("NOTYPE", SymbolType.NONE, "OBJECT",
            SymbolType.OBJECT,
            "FUNC", SymbolType.FUNCTION, "SECTION", SymbolType.SECTION, "FILE", SymbolType.FILE, "COMMON",
            SymbolType.COMMON, "TLS", SymbolType.THREAD_LOCAL, "IFUNC", SymbolType.INDIRECT_FUNCTION);

    @TempDir
    static Path folder;

    static Stream<Path> files() {
        var files = new ArrayList<>(BinarySamples.installed().toList());
        files.add(BinarySamples.hello(folder, "plain"));
        files.add(BinarySamples.hello(folder, "static", "-static"));
        files.add(BinarySamples.hello(folder, "stripped", "-s"));
        files.add(BinarySamples.hello(folder, "sysv-hash", "-Wl,--hash-style=sysv"));
        if (Files.exists(Path.of("/usr/bin/go"))) {
            files.add(BinarySamples.goHello(folder));
        }
        return files.stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everySymbolIsThatOfReadelf(Path path) {
        Map<String, List<String>> expected = readelf(path);
        try (var file = ElfFile.open(path)) {
            assertSameRows(expected.getOrDefault(".dynsym", List.of()),
                    rows(file.dynamicSymbols().orElse(null), file));
            assertSameRows(expected.getOrDefault(".symtab", List.of()),
                    rows(file.fullSymbols().orElse(null), file));
            assertEquals(!expected.containsKey(".symtab"), file.isStripped());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyDefinedSymbolIsFoundByItsName(Path path) {
        try (var file = ElfFile.open(path)) {
            for (SymbolTable table : Stream.of(file.dynamicSymbols(), file.fullSymbols())
                    .flatMap(t -> t.stream())
                    .toList()) {
                var symbols = new ArrayList<Symbol>();
                table.forEach(symbols::add);
                List<Symbol> defined = symbols.stream()
                        .filter(s -> s.isDefined() && !s.name().isEmpty() && s.type() != SymbolType.SECTION)
                        .toList();
                for (int i = 0; i < defined.size(); i += 1 + defined.size() / 200) {
                    Symbol wanted = defined.get(i);
                    assertTrue(table.find(wanted.name()).contains(wanted), wanted::versionedName);
                    assertTrue(table.find(wanted.versionedName()).contains(wanted), wanted::versionedName);
                    assertTrue(table.at(wanted.address()).contains(wanted), wanted::versionedName);
                }
                assertEquals(List.of(), table.find("no_such_symbol_anywhere"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void namesOfDefinedDynamicSymbolsAreThoseOfNm(Path path) {
        try (var file = ElfFile.open(path)) {
            assumeTrue(file.dynamicSymbols().isPresent(), "has no dynamic symbols");
            var expected = BinarySamples.output("nm", "-D", "--defined-only", path.toString()).stream()
                    .map(line -> line.substring(19)).collect(Collectors.toCollection(TreeSet::new));
            var found = file.dynamicSymbols().get().matching(NamePattern.of("*")).stream()
                    .filter(symbol -> symbol.type() != SymbolType.SECTION).map(Symbol::versionedName)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertSameRows(List.copyOf(expected), List.copyOf(found));
        }
    }

    @Test
    void patternsSelectWhatGrepSelects() {
        assumeTrue(Files.exists(BinarySamples.LIBSSL), "libssl is not installed");
        List<String> expected = BinarySamples
                .output("nm", "-D", "--defined-only", BinarySamples.LIBSSL.toString())
                .stream().map(line -> line.substring(19)).map(name -> name.replaceFirst("@.*", ""))
                .filter(name -> name.matches("SSL_.*_ex")).sorted().toList();
        assertFalse(expected.isEmpty());
        try (var file = ElfFile.open(BinarySamples.LIBSSL)) {
            assertEquals(expected,
                    file.dynamicSymbols().orElseThrow().matching(NamePattern.of("SSL_*_ex")).stream()
                            .map(Symbol::name).sorted().toList());
            assertEquals(List.of(), file.dynamicSymbols().orElseThrow().matching(NamePattern.of("ssl_*_EX")));
        }
    }

    @Test
    void dynamicSymbolsAreFoundWithoutSectionHeaders() throws Exception {
        byte[] library = Files.readAllBytes(BinarySamples.LIBC);
        for (int i = 0; i < 8; i++) {
            library[ElfHeaderDescriptor.SECTION_HEADERS_OFFSET + i] = 0;
        }
        Path bare = Files.write(folder.resolve("no-sections.so"), library);
        try (var file = ElfFile.open(bare); var whole = ElfFile.open(BinarySamples.LIBC)) {
            assertEquals(List.of(), file.sections());
            SymbolTable table = file.dynamicSymbols().orElseThrow();
            assertEquals(whole.dynamicSymbols().orElseThrow().count(), table.count());
            assertEquals(whole.dynamicSymbols().orElseThrow().find("malloc").get(0).address(),
                    table.find("malloc").get(0).address());
            assertEquals(whole.buildId(), file.buildId());
        }
    }

    @Test
    void indirectFunctionsAndVersionsAndAliasesAreToldApart() {
        try (var file = ElfFile.open(BinarySamples.LIBC)) {
            SymbolTable table = file.dynamicSymbols().orElseThrow();
            List<Symbol> copies = table.find("memcpy");
            assertEquals(List.of("memcpy@@GLIBC_2.14", "memcpy@GLIBC_2.2.5"),
                    copies.stream().map(Symbol::versionedName).sorted().toList());
            assertEquals(SymbolType.INDIRECT_FUNCTION, table.find("memcpy@@GLIBC_2.14").get(0).type());
            assertEquals(SymbolType.FUNCTION, table.find("memcpy@GLIBC_2.2.5").get(0).type());
            Symbol write = table.find("write").get(0);
            assertTrue(
                    table.at(write.address()).stream().anyMatch(symbol -> symbol.name().equals("__write")));
        }
    }

    /** Shows the first difference only: the tables have thousands of rows. */
    private static void assertSameRows(List<String> expected, List<String> found) {
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            int row = i;
            assertEquals(expected.get(i), found.get(i), () -> "row " + row);
        }
        assertEquals(expected.size(), found.size());
    }

    private static List<String> rows(SymbolTable table, ElfFile file) {
        var rows = new ArrayList<String>();
        if (table != null) {
            table.forEach(symbol -> rows.add("%016x %d %s %s %d %s".formatted(symbol.address(), symbol.size(),
                    symbol.type(), symbol.binding(), symbol.sectionIndex(),
                    symbol.type() == SymbolType.SECTION && symbol.name().isEmpty()
                            ? file.sections().get(symbol.sectionIndex()).name()
                            : symbol.versionedName())));
        }
        return rows;
    }

    private static Map<String, List<String>> readelf(Path path) {
        var tables = new HashMap<String, List<String>>();
        String table = "";
        for (String line : BinarySamples.output("readelf", "-sW", path.toString())) {
            if (line.startsWith("Symbol table '")) {
                table = line.substring(14, line.indexOf('\'', 14));
            }
            var row = ROW.matcher(line);
            if (row.matches()) {
                String index = row.group(6);
                int section = index.equals("UND")
                        ? 0
                        : index.equals("ABS")
                                ? 0xfff1
                                : index.equals("COM") ? 0xfff2 : Integer.parseInt(index);
                tables.computeIfAbsent(table, key -> new ArrayList<>())
                        .add("%s %d %s %s %d %s".formatted(row.group(2), Long.decode(row.group(3)),
                                TYPES.getOrDefault(row.group(4), SymbolType.OTHER), row.group(5), section,
                                NEEDED_VERSION.matcher(row.group(7)).replaceFirst("")));
            }
        }
        return tables;
    }
}
