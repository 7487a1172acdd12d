package io.bpf4j.loader.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Lines of {@code maps}: odd ones, and all those of this JVM against the kernel's own {@code map_files}. */
class MappingTest {

    @Test
    void everyColumnIsRead() {
        Mapping mapping = Mapping.parse("7f1c2a400000-7f1c2a428000 r-xp 00028000 fe:01 1183"
                + "                       /usr/lib/my libs/libc.so.6");
        assertEquals(0x7f1c2a400000L, mapping.start());
        assertEquals(0x7f1c2a428000L, mapping.end());
        assertEquals("r-xp", mapping.permissions());
        assertTrue(mapping.isExecutable());
        assertEquals(0x28000, mapping.offset());
        assertEquals(0xfe01, mapping.device());
        assertEquals(1183, mapping.inode());
        assertEquals(Optional.of("/usr/lib/my libs/libc.so.6"), mapping.path());
        assertEquals(0x28010, mapping.fileOffset(0x7f1c2a400010L));
        assertFalse(mapping.isDeleted());
    }

    @Test
    void deletedFilesAndKernelNamesAndAnonymousMemoryAreToldApart() {
        Mapping deleted = Mapping.parse("1000-2000 r--p 00000000 00:2f 7 /tmp/a (deleted)");
        assertTrue(deleted.isDeleted());
        assertEquals(Optional.of("/tmp/a"), deleted.path());
        assertEquals(Optional.empty(), Mapping.parse("1000-2000 rw-p 00000000 00:00 0 [stack]").path());
        assertEquals("[anon: my heap]",
                Mapping.parse("1000-2000 rw-p 00000000 00:00 0 [anon: my heap]").name());
        assertEquals("", Mapping.parse("1000-2000 rw-p 00000000 00:00 0 ").name());
        assertEquals(Optional.of("/tmp/two\nlines"),
                Mapping.parse("1000-2000 r--p 00000000 00:2f 7 /tmp/two\\012lines").path());
        Mapping vsyscall = Mapping
                .parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]");
        assertTrue(vsyscall.contains(0xffffffffff600800L));
    }

    @Property
    void anyTextIsAMappingOrRefused(@ForAll String text) {
        try {
            Mapping.parse(text);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().endsWith(text));
        }
    }

    @Test
    void damagedLineIsRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> Mapping.parse("1000 r--p 00000000 00:2f 7 /tmp/a"));
    }

    /** A child's maps do not change, and the files behind them can be compared byte by byte. */
    @Test
    void addressesOfAChildLeadToTheFileBytesThatItHasThere() throws Exception {
        try (var child = ChildProcess.start("sleep", "1000")) {
            MemoryMaps maps = MemoryMaps.of(child.pid());
            var lines = Files.readAllLines(Path.of("/proc/" + child.pid() + "/maps"));
            assertEquals(lines.size(), maps.mappings().size());
            var compared = new ArrayList<String>();
            for (Mapping code : maps.codeFiles()) {
                assertEquals(Optional.of(code), maps.at(code.start()));
                assertEquals(Optional.of(code), maps.at(code.end() - 1));
                MappedFile file = MappedFile.of(child.pid(), code).orElseThrow();
                assertEquals(file.identity(), FileIdentity.of(file.file()).orElseThrow());
                try (var memory = Files.newByteChannel(Path.of("/proc/" + child.pid() + "/mem"));
                        var bytes = Files.newByteChannel(file.file())) {
                    assertEquals(part(bytes, code.fileOffset(code.start() + 64)),
                            part(memory, code.start() + 64));
                    compared.add(file.path());
                }
            }
            assertTrue(compared.stream().anyMatch(path -> path.contains("libc")), compared::toString);
            assertEquals(Optional.empty(), maps.at(0));
        }
    }

    private static String part(SeekableByteChannel channel, long at) throws Exception {
        var buffer = ByteBuffer.allocate(64);
        channel.position(at).read(buffer);
        return HexFormat.of().formatHex(buffer.array());
    }

    @Test
    void mapsOfALiveJvmAreRead() {
        MemoryMaps maps = MemoryMaps.of((int) ProcessHandle.current().pid());
        List<String> libraries = maps.codeFiles().stream().flatMap(mapping -> mapping.path().stream())
                .toList();
        assertTrue(libraries.stream().anyMatch(path -> path.endsWith("/libjvm.so")), libraries::toString);
        assertEquals(libraries.size(), libraries.stream().distinct().count());
    }
}
