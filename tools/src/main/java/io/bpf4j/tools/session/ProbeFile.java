package io.bpf4j.tools.session;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.object.foreign.ForeignObjectReader;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.object.foreign.Surroundings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Reads what a user names on the command line as a probe: source text, an object of ours, or one of clang's. */
public final class ProbeFile {
    private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};

    private ProbeFile() {}

    /**
     * Reads and, where needed, compiles a file.
     *
     * @throws UserError with {@link ExitCode#USAGE} if it cannot be read or is wrong
     */
    public static Probe read(Machine machine, Path file) {
        return read(machine, file, Optional.empty());
    }

    /**
     * Reads a file for a kernel of which other people's objects may ask.
     *
     * @param types a file of BTF to take instead of the running kernel's types
     * @throws UserError with {@link ExitCode#USAGE} if it cannot be read or is wrong
     */
    public static Probe read(Machine machine, Path file, Optional<Path> types) {
        byte[] bytes = bytes(file);
        if (isObject(bytes)) {
            try {
                if (ObjectReader.isOurs(bytes)) {
                    return Probe.of(ObjectReader.read(bytes));
                }
                ForeignUnit foreign = ForeignObjectReader.read(nameOf(file), bytes,
                        new RunningKernel().surroundings(types));
                return new Probe(foreign.unit(), foreign.traits(), foreign.notes());
            } catch (ObjectException e) {
                throw new UserError(ExitCode.USAGE, file + ": " + e.getMessage());
            }
        }
        return Probe.of(machine.compile(source(file, bytes)));
    }

    /** Returns what other people's objects ask about the kernel that runs here. */
    public static Surroundings surroundings(Optional<Path> types) {
        return new RunningKernel().surroundings(types);
    }

    /** Returns what a unit is called that is read from a file: its name up to the first dot. */
    public static String nameOf(Path file) {
        String name = file.getFileName().toString();
        int dot = name.indexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /**
     * Reads a file as source text.
     *
     * @throws UserError with {@link ExitCode#USAGE} if it cannot be read or is no text
     */
    public static SourceFile source(Path file) {
        return source(file, bytes(file));
    }

    private static SourceFile source(Path file, byte[] bytes) {
        try {
            return new SourceFile(file.toString(),
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw new UserError(ExitCode.USAGE, file + " is no text in UTF-8");
        }
    }

    /** Returns whether bytes are an object file and not source text. */
    public static boolean isObject(byte[] bytes) {
        return bytes.length >= ELF_MAGIC.length
                && Arrays.equals(bytes, 0, ELF_MAGIC.length, ELF_MAGIC, 0, ELF_MAGIC.length);
    }

    /**
     * Reads a file whole.
     *
     * @throws UserError with {@link ExitCode#USAGE} if it cannot be read, or {@link ExitCode#NO_PERMISSION} if this
     *     user may not read it
     */
    public static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UserError(ExitCode.USAGE, "there is no file " + file);
        } catch (AccessDeniedException e) {
            throw new UserError(ExitCode.NO_PERMISSION, file + " is not readable for this user");
        } catch (IOException e) {
            throw new UserError(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
        }
    }
}
