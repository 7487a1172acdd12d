package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.vm.object.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** GNU as, which knows x86-64 and was not written by us. */
final class GnuAssembler {

    private GnuAssembler() {}

    static void assumeInstalled() {
        for (String program : List.of("as", "objcopy")) {
            Assumptions.assumeTrue(Command.exists(program), program + " is not installed (binutils)");
        }
    }

    /** Assembles text in Intel's syntax. */
    static byte[] assemble(String text) {
        try {
            Path folder = Files.createTempDirectory("assembly");
            Path source = folder.resolve("code.s");
            Path object = folder.resolve("code.o");
            Path binary = folder.resolve("code.bin");
            try {
                Files.writeString(source, ".intel_syntax noprefix\n.text\n" + text);
                run("as", "--64", "-o", object.toString(), source.toString());
                run("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString());
                return Files.readAllBytes(binary);
            } finally {
                for (Path file : List.of(source, object, binary, folder)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) {
        Command.Result result = Command.run(command);
        assertEquals(0, result.status(), () -> result.output().lines().limit(20).toList().toString());
    }
}
