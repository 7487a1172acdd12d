package io.bpf4j.vm.object.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.object.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Objects that clang makes, once for each test run, of the C sources among the tests' resources. */
public final class ClangObjects {
    private static final Map<String, Path> COMPILED = new HashMap<>();
    private static Path folder;

    private ClangObjects() {}

    /** Returns the content of an object; skips the test where there is no clang for BPF. */
    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compiles a source by its name without {@code .bpf.c}; skips the test where there is no clang for BPF. */
    public static synchronized Path file(String name) {
        String clang = Stream.of("clang-14", "clang").filter(Command::exists).findFirst().orElse("");
        assumeTrue(!clang.isEmpty(), "clang is not installed: apt-get install clang-14");
        return COMPILED.computeIfAbsent(name, key -> compile(clang, key));
    }

    private static Path compile(String clang, String name) {
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("clang-objects");
                folder.toFile().deleteOnExit();
                copy("bpf.h");
            }
            Path source = copy(name + ".bpf.c");
            Path object = folder.resolve(name + ".bpf.o");
            object.toFile().deleteOnExit();
            Command.Result result = Command.run(clang, "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall",
                    "-Wno-unused", "-c", source.toString(), "-o", object.toString());
            assertEquals("", result.output());
            return object;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path copy(String resource) throws IOException {
        Path file = folder.resolve(resource);
        file.toFile().deleteOnExit();
        try (InputStream in = ClangObjects.class.getResourceAsStream(resource)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    /** Returns the names of all sources that are whole programs. */
    public static List<String> programs() {
        return List.of("maps", "globals", "functions", "beside", "core", "nested", "legacy");
    }
}
