package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every instruction of large programs, as objdump sees them; whole files, so that nothing rare is left out. */
class DecoderOnRealCodeTest {

    /** Where distributions and JDKs put things. */
    private static final List<String> FOLDERS = List.of("/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
            "/usr/lib64", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/go/bin", "/usr/lib/go/bin",
            System.getProperty("java.home") + "/lib/server");

    private static Optional<Path> find(String name) {
        return FOLDERS.stream().map(folder -> Path.of(folder, name)).filter(Files::isReadable).findFirst()
                .map(DecoderOnRealCodeTest::real);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc.so.6", "libssl.so.3", "libcrypto.so.3", "libm.so.6", "libjvm.so", "python3",
        "nginx",
        "go"})
    void everyInstructionIsDecodedAsObjdumpDoes(String name) {
        Objdump.assumeInstalled();
        Optional<Path> file = find(name);
        Assumptions.assumeTrue(file.isPresent(), () -> name + " is not installed");
        var comparison = new DecoderComparison();
        Objdump.file(file.get(), comparison::accept);
        assertEquals("", String.join("\n", comparison.differences()));
        assertTrue(comparison.instructions() > 50_000 && comparison.branches() > 5_000
                && comparison.ripRelative() > 1_000, comparison::toString);
        assertTrue(comparison.others() * 50 < comparison.instructions(), comparison::toString);
    }
}
