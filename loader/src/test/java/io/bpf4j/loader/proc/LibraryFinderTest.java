package io.bpf4j.loader.proc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.elf.SymbolSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Libraries by name, against {@code ldconfig} and against programs that have mapped copies of our own. */
class LibraryFinderTest {

    private static final String READY = "int twice(int x){return x+x;}";
    private static final String HOST = """
            #include <stdio.h>
            #include <unistd.h>
            int twice(int);
            int main(void) { printf("%d\\n", twice(2)); fflush(stdout); pause(); return 0; }
            """;

    @TempDir
    Path folder;

    @Test
    void cacheIsThatOfLdconfig() throws IOException {
        List<String> expected = BinarySamples.output("ldconfig", "-p").stream()
                .filter(line -> line.contains("(libc6,x86-64"))
                .map(line -> line.strip().replaceAll(" \\(.*\\)", ""))
                .toList();
        List<String> found = LdSoCache.parse(Files.readAllBytes(Path.of("/etc/ld.so.cache"))).stream()
                .filter(LdSoCache.Entry::isX8664).map(entry -> entry.name() + " => " + entry.path()).toList();
        assertEquals(expected, found);
    }

    @Property(tries = 300)
    void damagedCacheIsReadOrRefused(@ForAll long seed) throws IOException {
        var random = new Random(seed);
        byte[] bytes = Files.readAllBytes(Path.of("/etc/ld.so.cache"));
        for (int i = 0; i < 8; i++) {
            bytes[random.nextInt(random.nextBoolean() ? 64 : bytes.length)] = (byte) random.nextInt();
        }
        try {
            LdSoCache.parse(
                    Arrays.copyOf(bytes, random.nextBoolean() ? bytes.length : random.nextInt(bytes.length)));
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().startsWith("ld.so.cache: "));
        }
    }

    @Test
    void cacheBehindATableInTheOldFormatIsRead() throws IOException {
        byte[] cache = Files.readAllBytes(Path.of("/etc/ld.so.cache"));
        var old = ByteBuffer.allocate(16 + 12 + 4 + cache.length).order(ByteOrder.LITTLE_ENDIAN);
        old.put("ld.so-1.7.0".getBytes(StandardCharsets.US_ASCII)).putInt(12, 1).position(32)
                .put(cache);
        assertEquals(LdSoCache.parse(cache), LdSoCache.parse(old.array()));
    }

    @ParameterizedTest
    @CsvSource({"ssl, libssl.so.3, true", "libssl, libssl.so, true", "ssl, libssl-1.1.so, true",
        "ssl, libssl3.so, false", "libssl.so, libssl.so.1.0.2k, true", "libssl.so.3, libssl.so.3.0.1, true",
        "libssl.so.3, libssl.so.1.1, false", "c, libc.so.6, true", "c, libc-2.31.so, true",
        "c, ld-musl-x86_64.so.1, true", "c, libcrypto.so.3, false", "m, ld-musl-x86_64.so.1, false",
        "gnutls, libgnutls-openssl.so.27, false", "jvm, libjvm.so, true", "ssl, libssl.so.3.debug, true",
        "stdc++, libstdc++.so.6.0.30, true", "., libx.so, false"})
    void nameStandsForFiles(String name, String file, boolean expected) {
        assertEquals(expected, LibraryName.of(name).matches(file));
    }

    @Test
    void newerVersionsComeFirst() {
        assertEquals(List.of("libssl.so.10", "libssl.so.3", "libssl.so.1.1", "libssl-1.0.so", "libssl.so"),
                Stream.of("libssl.so", "libssl.so.1.1", "libssl.so.10", "libssl-1.0.so", "libssl.so.3")
                        .sorted(LibraryName.newestFirst()).toList());
    }

    @ParameterizedTest
    @CsvSource({"c, libc.so.6", "libc.so.6, libc.so.6", "m, libm.so.6", "ssl, libssl.so.3"})
    void installedLibrariesAreThoseOfLdconfig(String name, String soname) throws IOException {
        String expected = BinarySamples.output("ldconfig", "-p").stream()
                .filter(line -> line.contains("(libc6,x86-64)") && line.strip().startsWith(soname + " "))
                .map(line -> line.replaceAll(".*=> ", "")).findFirst().orElseThrow();
        List<MappedFile> found = LibraryFinder.host().find(name);
        assertTrue(found.stream().anyMatch(file -> isSame(file.file(), Path.of(expected))), found::toString);
        assertEquals(found.size(), found.stream().map(MappedFile::identity).distinct().count());
    }

    @Test
    void unknownLibraryGivesNothingAndAPathGivesItself() throws IOException {
        assertEquals(List.of(), LibraryFinder.host().find("no-such-library"));
        assertEquals(List.of(), LibraryFinder.host().find("/no/such/file"));
        List<MappedFile> found = LibraryFinder.host().find("/lib/x86_64-linux-gnu/libc.so.6");
        assertEquals(List.of(BinarySamples.LIBC.toRealPath()), found.stream().map(MappedFile::file).toList());
    }

    /** Two versions in one file system, a linker script under the plain name, and links that are absolute. */
    @Test
    void everyVersionWithinAnotherRootIsFoundOnce() throws IOException {
        Path libraries = Files.createDirectories(folder.resolve("usr/lib64"));
        Path real = Files.createDirectories(folder.resolve("opt/real"));
        BinarySamples.compile(real, READY, "libtwice.so.2", "-shared", "-fPIC");
        BinarySamples.compile(real, READY, "libtwice.so.1", "-shared", "-fPIC");
        Files.createSymbolicLink(libraries.resolve("libtwice.so.2"), Path.of("/opt/real/libtwice.so.2"));
        Files.createSymbolicLink(libraries.resolve("libtwice-1.0.so"),
                Path.of("../../opt/real/libtwice.so.1"));
        Files.createSymbolicLink(libraries.resolve("libtwice.so.9"), Path.of("/etc/passwd"));
        Files.writeString(libraries.resolve("libtwice.so"), "GROUP ( libtwice.so.2 )");
        Files.createSymbolicLink(folder.resolve("lib64"), Path.of("/usr/lib64"));
        List<MappedFile> found = LibraryFinder.within(FileSystemRoot.at(folder)).find("twice");
        assertEquals(List.of("/opt/real/libtwice.so.2", "/opt/real/libtwice.so.1"),
                found.stream().map(MappedFile::path).toList());
        assertEquals(real.resolve("libtwice.so.2"), found.get(0).file());
    }

    @Test
    void linksThatGoRoundEndNowhere() throws IOException {
        Files.createSymbolicLink(folder.resolve("a"), Path.of("/b"));
        Files.createSymbolicLink(folder.resolve("b"), Path.of("/a"));
        Files.createSymbolicLink(folder.resolve("up"), Path.of("../../../../../../etc"));
        FileSystemRoot root = FileSystemRoot.at(folder);
        assertEquals(Optional.empty(), root.find("/a/x"));
        assertEquals(Optional.of("/etc/passwd"), root.canonical("/up/passwd"));
        assertEquals(Optional.empty(), root.find("/up/passwd"));
    }

    private ChildProcess host(String library) throws IOException {
        BinarySamples.compile(folder, READY, library, "-shared", "-fPIC", "-Wl,-soname," + library);
        Path program = BinarySamples.compile(folder, HOST, "host program", folder.resolve(library).toString(),
                "-Wl,-rpath," + folder);
        return ChildProcess.startAndAwaitLine(program.toString());
    }

    @Test
    void mappedLibraryOfAProcessIsFound() throws IOException {
        try (var child = host("libtwice.so.4")) {
            var finder = LibraryFinder.of(child.pid());
            List<MappedFile> found = finder.find("twice");
            assertEquals(List.of(folder.resolve("libtwice.so.4")),
                    found.stream().map(MappedFile::file).toList());
            assertEquals(1, finder.find("c").size());
            assertEquals(folder.resolve("host program"), finder.executable().orElseThrow().file());
            assertEquals(SymbolSource.FULL, finder.executableSymbol("main").orElseThrow().source());
            assertEquals(Optional.empty(), finder.executableSymbol("twice"));
            assertFalse(finder.find("z").isEmpty(), "not mapped, but installed");
        }
    }

    @Test
    void deletedLibraryIsReachedThroughTheProcess() throws IOException {
        try (var child = host("libtwice.so.4")) {
            byte[] before = Files.readAllBytes(folder.resolve("libtwice.so.4"));
            Files.delete(folder.resolve("libtwice.so.4"));
            Files.delete(folder.resolve("host program"));
            assertReached(child, before);
            assertTrue(LibraryFinder.of(child.pid()).executableSymbol("main").isPresent());
        }
    }

    @Test
    void replacedLibraryIsReachedThroughTheProcess() throws IOException {
        try (var child = host("libtwice.so.4")) {
            byte[] before = Files.readAllBytes(folder.resolve("libtwice.so.4"));
            Path upgrade = Files.writeString(folder.resolve("upgrade"), "a newer version");
            Files.move(upgrade, folder.resolve("libtwice.so.4"), StandardCopyOption.REPLACE_EXISTING);
            assertReached(child, before);
        }
    }

    private void assertReached(ChildProcess child, byte[] content) throws IOException {
        MappedFile found = LibraryFinder.of(child.pid()).find("twice").get(0);
        assertEquals(folder.resolve("libtwice.so.4").toString(), found.path());
        assertTrue(found.file().startsWith("/proc/" + child.pid() + "/map_files"), found::toString);
        assertArrayEquals(content, Files.readAllBytes(found.file()));
        try (var symbols = found.symbols()) {
            assertTrue(symbols.find("twice").isPresent());
        }
    }

    /** Only CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN lead to a file without a path; its own user has neither. */
    @Test
    void deletedLibraryOutOfReachIsNamed() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
        assumeTrue(ProcessInfo.of((int) ProcessHandle.current().pid()).uid() == 0,
                "needs root to become another user");
        String[] nobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"};
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        host("libtwice.so.4").close();
        var program = new ArrayList<>(List.of(nobody));
        program.add(folder.resolve("host program").toString());
        try (var child = ChildProcess.startAndAwaitLine(program.toArray(String[]::new))) {
            var question = new ArrayList<>(List.of(nobody));
            question.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), Main.class.getName(),
                    Integer.toString(child.pid())));
            assertEquals(List.of("[" + folder.resolve("libtwice.so.4") + "]"),
                    BinarySamples.output(question.toArray(String[]::new)));
            Files.delete(folder.resolve("libtwice.so.4"));
            assertEquals(List.of("no permission to read the mapped file " + folder.resolve("libtwice.so.4")
                    + " (deleted) of process " + child.pid() + "; run as its user, or as root"),
                    BinarySamples.output(question.toArray(String[]::new)));
        }
    }

    /** Looks for a library as another user. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            try {
                System.out.println(LibraryFinder.of(Integer.parseInt(arguments[0])).find("twice").stream()
                        .map(MappedFile::file).toList());
            } catch (ProcessAccessException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** In a mount namespace of its own, where the same path is another file than here. */
    @Test
    void librariesOfAContainerAreFoundInItsOwnRoot() throws IOException {
        Path inside = Files.createDirectories(folder.resolve("inside"));
        BinarySamples.compile(inside, READY, "libtwice.so.7", "-shared", "-fPIC",
                "-Wl,-soname,libtwice.so.7");
        BinarySamples.compile(inside, HOST, "host", inside.resolve("libtwice.so.7").toString(),
                "-Wl,-rpath,/mnt");
        try (var child = ChildProcess.startAndAwaitLine("unshare", "--mount", "sh", "-c",
                "mount --bind '" + inside + "' /mnt && exec /mnt/host")) {
            MappedFile found = LibraryFinder.of(child.pid()).find("twice").get(0);
            assertEquals("/mnt/libtwice.so.7", found.path());
            assertEquals(Path.of("/proc", Integer.toString(child.pid()), "root/mnt/libtwice.so.7"),
                    found.file());
            assertTrue(isSame(inside.resolve("libtwice.so.7"), found.file()));
            try (var symbols = found.symbols()) {
                assertTrue(symbols.find("twice").isPresent());
            }
        }
    }

    @Test
    void goneProcessIsNamedAtEachQuestion() throws IOException {
        LibraryFinder finder;
        int pid;
        try (var child = ChildProcess.start("sleep", "1000")) {
            pid = child.pid();
            finder = LibraryFinder.of(pid);
        }
        assertEquals(pid, assertThrows(NoSuchProcessException.class, () -> finder.find("c")).pid());
        assertEquals(pid, assertThrows(NoSuchProcessException.class, finder::executable).pid());
    }

    @Test
    void executablesAreThoseThatAShellFinds() throws IOException {
        String expected = BinarySamples.output("sh", "-c", "command -v sh").get(0);
        MappedFile found = ExecutableFinder.ofEnvironment().find("sh").orElseThrow();
        assertEquals(Path.of(expected).toRealPath(), found.file());
        assertEquals(Optional.empty(), ExecutableFinder.ofEnvironment().find("no-such-command"));
        assertEquals(Optional.empty(), ExecutableFinder.ofPath("relative:/etc").find("passwd"));
    }

    private static boolean isSame(Path left, Path right) {
        return FileIdentity.of(left).isPresent() && FileIdentity.of(left).equals(FileIdentity.of(right));
    }
}
