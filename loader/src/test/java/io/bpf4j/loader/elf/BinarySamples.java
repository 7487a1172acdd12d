package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Binaries that somebody else made, and the tools of the binutils that tell the truth about them. */
public final class BinarySamples {

    public static final Path LIBC = Path.of("/lib/x86_64-linux-gnu/libc.so.6");
    public static final Path LIBSSL = Path.of("/lib/x86_64-linux-gnu/libssl.so.3");
    public static final Path LIBCRYPTO = Path.of("/lib/x86_64-linux-gnu/libcrypto.so.3");
    public static final Path NGINX = Path.of("/usr/sbin/nginx");
    public static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final String HELLO = "int square(int x){return x*x;}int main(void){return square(2)-4;}";

    private BinarySamples() {}

    /** Those of the usual binaries that are installed. */
    public static Stream<Path> installed() {
        return Stream.of(LIBC, LIBSSL, LIBCRYPTO, NGINX, PYTHON).filter(Files::exists);
    }

    /** Output of a command that must succeed; skips the test when the program is not installed. */
    public static List<String> output(String... command) {
        return output(Path.of("."), command);
    }

    /** As above, in a folder. */
    public static List<String> output(Path folder, String... command) {
        assumeTrue(isInstalled(command[0]), command[0] + " is not installed");
        try {
            var builder = new ProcessBuilder(command).directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            if (exit != 0) {
                throw new AssertionError(String.join(" ", command) + " gave " + exit + ": " + text);
            }
            return text.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** A C program compiled with the given flags; what is behind {@code -o} is returned. */
    public static Path compile(Path folder, String source, String name, String... flags) {
        try {
            Files.writeString(folder.resolve(name + ".c"), source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = Stream.concat(Stream.of("gcc", "-o", name, name + ".c"), Stream.of(flags));
        output(folder, command.toArray(String[]::new));
        return folder.resolve(name);
    }

    /** A small executable with functions {@code main} and {@code square}. */
    public static Path hello(Path folder, String name, String... flags) {
        return compile(folder, HELLO, name, flags);
    }

    /** A Go program. */
    public static Path goHello(Path folder, String... flags) {
        try {
            Files.writeString(folder.resolve("hello.go"),
                    "package main\nfunc main() { println(\"hello\") }\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = Stream.concat(Stream.concat(Stream.of("go", "build"), Stream.of(flags)),
                Stream.of("-o", "hello-go", "hello.go"));
        output(folder, command.toArray(String[]::new));
        return folder.resolve("hello-go");
    }
}
