package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {

    @TempDir
    private Path directory;

    @Test
    void filesAreMadeForTheirOwnerAlone() throws IOException {
        Path file = directory.resolve("secret");
        try (Output output = Output.file(file)) {
            output.text("päss").line();
        }
        assertEquals("päss\n", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void existingFilesAreEmptiedFirst() throws IOException {
        Path file = Files.writeString(directory.resolve("old"), "a long old text");
        try (Output output = Output.file(file)) {
            output.text("new");
        }
        assertEquals("new", Files.readString(file));
    }

    @Test
    void aFullDiskIsOneClearLine() {
        Output output = Output.file(Path.of("/dev/full"));
        output.text("x");
        UserError error = assertThrows(UserError.class, output::flush);
        assertEquals("cannot write /dev/full: no space left on device", error.getMessage());
        output.close();
    }

    @Test
    void aMissingDirectoryIsOneClearLine() {
        Path file = directory.resolve("none").resolve("file");
        UserError error = assertThrows(UserError.class, () -> Output.file(file));
        assertEquals("cannot write " + file + ": its directory does not exist", error.getMessage());
    }

    @Test
    void aDirectoryInPlaceOfAFileIsOneClearLine() {
        UserError error = assertThrows(UserError.class, () -> Output.file(directory));
        assertEquals("cannot write " + directory + ": is a directory", error.getMessage());
    }

    @Test
    void bytesPassThroughAsTheyAreWhateverTheirNumber() {
        byte[] bytes = new byte[200_001];
        new Random(1).nextBytes(bytes);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (Output output = Output.to(written)) {
            output.bytes(ByteBuffer.wrap(bytes), 0, 70_000);
            output.bytes(bytes, 70_000, 5);
            output.bytes(bytes, 70_005, bytes.length - 70_005);
        }
        assertArrayEquals(bytes, written.toByteArray());
    }

    @Test
    void jsonTextThatIsNotUtf8BecomesBase64() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (Output output = Output.to(written)) {
            JsonLines lines = new JsonLines(output);
            lines.line(json -> JsonLines.writeBytes(json, "data",
                    ByteBuffer.wrap("é\n".getBytes(StandardCharsets.UTF_8))));
            lines.line(json -> JsonLines.writeBytes(json, "data", ByteBuffer.wrap(new byte[]{-1, 0})));
        }
        assertEquals("{\"data\":\"é\\n\"}\n{\"data_base64\":\"/wA=\"}\n",
                written.toString(StandardCharsets.UTF_8));
    }
}
