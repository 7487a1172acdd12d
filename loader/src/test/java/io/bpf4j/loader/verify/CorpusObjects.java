package io.bpf4j.loader.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.object.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Objects that clang makes of the C sources of the corpus, each in several ways. An object is kept under
 * {@code target/} by a hash of what it is made of, and made again only if that changes.
 */
final class CorpusObjects {

    private static final Path SOURCES = Path.of("src", "test", "resources", "io", "bpf4j", "loader", "verify",
            "corpus");
    private static final Path OBJECTS = Path.of("target", "corpus");
    private static final String SUFFIX = ".bpf.c";
    private static final int COMPILERS = 2;

    /** How a source is compiled; clang 14 ends at version 3 of the instruction set, for 4 a newer LLVM goes on. */
    enum Variant {
        VERSION_1("v1"),
        VERSION_2("v2"),
        VERSION_3("v3"),
        VERSION_4("v4");

        private final String cpu;

        Variant(String cpu) {
            this.cpu = cpu;
        }

        String cpu() {
            return cpu;
        }
    }

    /** An object. */
    record Compiled(String source, Variant variant, Path file) {
        byte[] bytes() throws IOException {
            return Files.readAllBytes(file);
        }
    }

    private CorpusObjects() {}

    /** Compiles whatever is not compiled yet; skips the test where there is no clang for BPF. */
    static List<Compiled> all() throws Exception {
        String clang = Stream.of("clang-14", "clang").filter(Command::exists).findFirst().orElse("");
        assumeTrue(!clang.isEmpty(), "clang is not installed: apt-get install clang");
        Optional<String> backEnd = IntStream.rangeClosed(18, 30).mapToObj(version -> "llc-" + version)
                .filter(Command::exists).findFirst();
        Files.createDirectories(OBJECTS);
        try (ExecutorService compilers = Executors.newFixedThreadPool(COMPILERS)) {
            List<Future<Compiled>> made = new ArrayList<>();
            for (String source : sources()) {
                for (Variant variant : Variant.values()) {
                    if (variant != Variant.VERSION_4 || backEnd.isPresent()) {
                        made.add(compilers.submit(() -> compiled(source, variant, clang, backEnd)));
                    }
                }
            }
            List<Compiled> objects = new ArrayList<>();
            for (Future<Compiled> each : made) {
                objects.add(each.get());
            }
            return objects;
        }
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length())).sorted().toList();
        }
    }

    private static Compiled compiled(String source, Variant variant, String clang, Optional<String> backEnd) {
        try {
            List<String> command = command(source, variant, clang, backEnd.orElse(""));
            Path object = OBJECTS
                    .resolve(source + "." + variant.cpu() + "." + hash(source, command) + ".o");
            if (!Files.exists(object)) {
                Path fresh = Files.createTempFile(OBJECTS, source, ".part");
                String script = String.join(" ", command) + " " + fresh;
                assertEquals("", Command.run("sh", "-c", script).output(), () -> source + ": " + script);
                Files.move(fresh, object, StandardCopyOption.ATOMIC_MOVE);
            }
            return new Compiled(source, variant, object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(String source, Variant variant, String clang, String backEnd) {
        boolean newer = variant == Variant.VERSION_4;
        List<String> words = new ArrayList<>(List.of(clang, "-O2", "-g", "-target", "bpf",
                "-mcpu=" + (newer ? "v3" : variant.cpu()), "-Wall", "-Wno-unused", "-c",
                SOURCES.resolve(source + SUFFIX).toString()));
        words.addAll(newer
                ? List.of("-emit-llvm", "-o", "-", "|", backEnd, "-march=bpf", "-mcpu=v4", "-filetype=obj",
                        "-o")
                : List.of("-o"));
        return words;
    }

    private static String hash(String source, List<String> command) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Files.readAllBytes(SOURCES.resolve(source + SUFFIX)));
            digest.update(Files.readAllBytes(SOURCES.resolve("corpus.h")));
            digest.update(String.join(" ", command).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
