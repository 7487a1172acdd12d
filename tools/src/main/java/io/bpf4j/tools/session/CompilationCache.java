package io.bpf4j.tools.session;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.object.ObjectWriter;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Objects of sources that were compiled before, by all that went into them: the text, the compiler, the options and the
 * kernel. Losing it costs time only, so whatever goes wrong with its files is passed over.
 */
final class CompilationCache {
    /** Names the folder; the launchers set it. Nothing is kept without it. */
    private static final String FOLDER = "bpf4j.cache";

    private final Optional<Path> folder;
    private final Optional<String> compiler;

    private CompilationCache(Optional<Path> folder, Optional<String> compiler) {
        this.folder = folder;
        this.compiler = compiler;
    }

    /** Keeps objects in a folder, of one build of the compiler. */
    CompilationCache(Path folder, String compiler) {
        this(Optional.of(folder), Optional.of(compiler));
    }

    /** Returns the cache that the launcher set up, or one that keeps nothing. */
    static CompilationCache ofThisProcess() {
        Optional<Path> folder = Optional.ofNullable(System.getProperty(FOLDER)).map(Path::of);
        return new CompilationCache(folder, folder.flatMap(used -> compiler()));
    }

    /** Returns what a source was compiled to before. */
    Optional<ProgramUnit> find(SourceFile source, CompileOptions options, String flavour) {
        return file(source, options, flavour).filter(Files::isReadable).flatMap(file -> {
            try {
                return Optional.of(ObjectReader.read(Files.readAllBytes(file)));
            } catch (IOException | ObjectException e) {
                return Optional.empty();
            }
        });
    }

    /** Keeps what a source was compiled to; readers see a whole file or none. */
    void keep(SourceFile source, CompileOptions options, String flavour, ProgramUnit unit) {
        file(source, options, flavour).ifPresent(file -> {
            try {
                Files.createDirectories(file.getParent());
                Path written = Files.createTempFile(file.getParent(), "new", null);
                try {
                    Files.write(written, ObjectWriter.write(unit));
                    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(written);
                }
            } catch (IOException | ObjectException e) {
                return;
            }
        });
    }

    private Optional<Path> file(SourceFile source, CompileOptions options, String flavour) {
        return folder.flatMap(path -> compiler.map(build -> path.resolve(
                digest(source.name(), source.text(), build, options.code().toString(), flavour,
                        System.getProperty("os.version"))
                        + ".bpf.o")));
    }

    /** Tells one build of the compiler from another. */
    private static Optional<String> compiler() {
        try {
            Path jar = Path
                    .of(ProbeCompiler.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return Files.isRegularFile(jar)
                    ? Optional.of(jar + "@" + Files.getLastModifiedTime(jar))
                    : Optional.empty();
        } catch (URISyntaxException | IOException e) {
            return Optional.empty();
        }
    }

    private static String digest(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
