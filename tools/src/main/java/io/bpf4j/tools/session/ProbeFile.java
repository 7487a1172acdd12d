package io.bpf4j.tools.session;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads what a user names on the command line as a probe: source text, or an object of ours. */
public final class ProbeFile {
    private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};

    private ProbeFile() {}

    /**
     * Reads and, where needed, compiles a file.
     *
     * @throws UserError with {@link ExitCode#USAGE} if it cannot be read or is wrong
     */
    public static ProgramUnit read(Machine machine, Path file) {
        byte[] bytes = bytes(file);
        if (isObject(bytes)) {
            try {
                return ObjectReader.read(bytes);
            } catch (ObjectException e) {
                throw new UserError(ExitCode.USAGE, file + ": " + e.getMessage());
            }
        }
        return machine.compile(source(file, bytes));
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
