package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From names to file offsets and back. */
class SymbolResolverTest {

    @TempDir
    static Path folder;

    static Stream<Path> files() {
        return Stream.concat(BinarySamples.installed(), Stream.of(BinarySamples.goHello(folder),
                BinarySamples.hello(folder, "static", "-static")));
    }

    /** The bytes at the offset that we give must be those that objdump disassembles under that name. */
    @Test
    void codeAtTheFileOffsetIsThatOfObjdump() throws Exception {
        try (var symbols = SymbolResolver.open(BinarySamples.LIBSSL)) {
            ResolvedSymbol write = symbols.find("SSL_write").orElseThrow();
            assertEquals(SymbolSource.DYNAMIC, write.source());
            var expected = new StringBuilder();
            for (String line : BinarySamples.output("objdump", "-d", "--disassemble=SSL_write",
                    "--insn-width=16",
                    BinarySamples.LIBSSL.toString())) {
                String[] columns = line.split("\t");
                if (columns.length > 2) {
                    expected.append(columns[1].replace(" ", ""));
                }
            }
            byte[] code = symbols.file().read(write.fileOffset(), (int) write.size());
            assertEquals(expected.toString(), HexFormat.of().formatHex(code));
        }
    }

    /** addr2line knows the same tables; where several symbols share a place, any of their names will do. */
    @ParameterizedTest
    @MethodSource("files")
    void placesAreNamedAsAddr2lineNamesThem(Path path) {
        try (var symbols = SymbolResolver.open(path)) {
            SymbolTable table = symbols.file().fullSymbols().or(symbols.file()::dynamicSymbols).orElseThrow();
            var functions = new ArrayList<Symbol>();
            Map<Long, Set<String>> names = new HashMap<>();
            table.forEach(symbol -> {
                if (symbol.isDefined() && symbol.type().isFunction() && symbol.size() > 1) {
                    functions.add(symbol);
                    names.computeIfAbsent(symbol.address(), address -> new HashSet<>()).add(symbol.name());
                }
            });
            for (int i = 0; i < functions.size(); i += 1 + functions.size() / 500) {
                Symbol function = functions.get(i);
                for (long within : new long[]{0, 1, function.size() - 1}) {
                    long offset = symbols.file().fileOffset(function.address() + within).orElseThrow();
                    SymbolIndex.Place place = symbols.index().find(offset).orElseThrow();
                    long start = function.address() + within - place.offset();
                    assertTrue(names.get(start).contains(place.name()), () -> function + " became " + place);
                    assertTrue(start >= function.address(), () -> function + " became the outer " + place);
                }
            }
        }
    }

    @Test
    void outsideOfEveryFunctionThereIsNoName() {
        try (var symbols = SymbolResolver.open(BinarySamples.hello(folder, "small"))) {
            assertTrue(symbols.index().find(0).isEmpty());
            assertTrue(symbols.index().find(1L << 41).isEmpty());
            assertTrue(symbols.index().find(-1).isEmpty());
        }
    }

    @Test
    void globalSymbolIsPreferredToLocalOnesOfTheSameName() {
        String source = "static int twice(int x){return x+x;}int(*p)(int)=twice;int main(void){return p(0);}";
        Path one = BinarySamples.compile(folder, source.replace("main", "other").replace("(*p)", "(*q)")
                .replace("=twice", "=twice").replace("return p", "return q"), "part.o", "-c");
        Path program = BinarySamples.compile(folder, source, "two-locals", one.toString());
        try (var symbols = SymbolResolver.open(program)) {
            assertEquals(2, symbols.findAll("twice").size());
            assertEquals(1, symbols.findAll("main").size());
            assertTrue(symbols.find("twice").isPresent());
        }
        try (var libc = SymbolResolver.open(BinarySamples.LIBC)) {
            assertEquals("memcpy@@GLIBC_2.14", libc.find("memcpy").orElseThrow().symbol().versionedName());
            assertEquals(2, libc.findAll("memcpy").size());
            List<String> aliases = libc.aliases(libc.find("write").orElseThrow()).stream()
                    .map(alias -> alias.symbol().name()).sorted().toList();
            assertEquals(List.of("__write", "write"), aliases);
        }
    }

    @Test
    void dataIsNoPlaceForAProbe() {
        try (var libc = SymbolResolver.open(BinarySamples.LIBC)) {
            assertTrue(libc.find("environ").isEmpty());
            assertTrue(libc.find("errno").isEmpty());
        }
    }
}
