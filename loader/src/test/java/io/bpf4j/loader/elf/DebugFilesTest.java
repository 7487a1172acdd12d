package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ladder of symbol sources, over files that gcc and objcopy made. */
class DebugFilesTest {

    @TempDir
    Path root;
    private Path program;
    private Path debug;
    private long squareOffset;

    /** A program in {@code /app}, stripped, with its symbols in {@code app.debug} and a debug link to that. */
    @BeforeEach
    void splitProgram() throws IOException {
        Path folder = Files.createDirectories(root.resolve("app"));
        program = BinarySamples.hello(folder, "app", "-Wl,--build-id");
        try (var symbols = open()) {
            ResolvedSymbol square = symbols.find("square").orElseThrow();
            assertEquals(SymbolSource.FULL, square.source());
            squareOffset = square.fileOffset();
        }
        debug = folder.resolve("app.debug");
        BinarySamples.output(folder, "objcopy", "--only-keep-debug", "app", "app.debug");
        BinarySamples.output(folder, "strip", "--strip-all", "app");
        BinarySamples.output(folder, "objcopy", "--add-gnu-debuglink=app.debug", "app");
    }

    /** Within a file system of its own: the test must not depend on what is in {@code /usr/lib/debug} here. */
    private SymbolResolver open() {
        return SymbolResolver.open(program, "/app/app",
                path -> Optional.of(root.resolve(path.substring(1))).filter(Files::exists));
    }

    private void assertFoundIn(SymbolSource source, Path sourceFile) {
        try (var symbols = open()) {
            ResolvedSymbol square = symbols.find("square").orElseThrow();
            assertEquals(source, square.source());
            assertEquals(sourceFile, square.sourceFile());
            assertEquals(program, square.file());
            assertEquals(squareOffset, square.fileOffset());
            assertTrue(square.size() > 0);
            assertEquals(List.of(square), symbols.matching(NamePattern.of("squ?re")));
            assertEquals(Optional.of(new SymbolIndex.Place("square", 1)),
                    symbols.index().find(squareOffset + 1));
        }
    }

    private void assertNotFound() {
        try (var symbols = open()) {
            assertEquals(Optional.empty(), symbols.find("square"));
            assertEquals(Optional.empty(), symbols.index().find(squareOffset));
        }
    }

    private Path moveTo(String place) throws IOException {
        Path target = root.resolve(place);
        Files.createDirectories(target.getParent());
        return Files.move(debug, target);
    }

    private String buildId() {
        try (var file = ElfFile.open(program)) {
            return file.buildId().orElseThrow();
        }
    }

    @Test
    void debugFileIsFoundBesideTheProgram() {
        assertFoundIn(SymbolSource.DEBUG_LINK, debug);
    }

    @Test
    void debugFileIsFoundInTheHiddenFolder() throws IOException {
        assertFoundIn(SymbolSource.DEBUG_LINK, moveTo("app/.debug/app.debug"));
    }

    @Test
    void debugFileIsFoundInTheGlobalFolder() throws IOException {
        assertFoundIn(SymbolSource.DEBUG_LINK, moveTo("usr/lib/debug/app/app.debug"));
    }

    @Test
    void debugFileIsFoundByItsBuildId() throws IOException {
        String id = buildId();
        assertFoundIn(SymbolSource.BUILD_ID,
                moveTo("usr/lib/debug/.build-id/" + id.substring(0, 2) + "/" + id.substring(2) + ".debug"));
    }

    @Test
    void debugFileOfAnotherBuildIsPassedOver() throws IOException {
        Files.write(debug, new byte[1], StandardOpenOption.APPEND);
        assertNotFound();
        Path other = BinarySamples.hello(root, "other", "-O2", "-Wl,--build-id");
        String id = buildId();
        Files.delete(debug);
        debug = other;
        moveTo("usr/lib/debug/.build-id/" + id.substring(0, 2) + "/" + id.substring(2) + ".debug");
        assertNotFound();
    }

    @Test
    void missingDebugFileLeavesTheSymbolUnknown() throws IOException {
        Files.delete(debug);
        assertNotFound();
    }

    @Test
    void checksumIsThatOfObjcopy() throws IOException {
        try (var file = ElfFile.open(program); var separate = ElfFile.open(debug)) {
            assertEquals("app.debug", file.debugLink().orElseThrow().fileName());
            assertEquals(file.debugLink().orElseThrow().crc(), separate.crc32());
            assertEquals(file.buildId(), separate.buildId());
            assertEquals(DynamicSection.NONE, separate.dynamicSection());
        }
    }
}
