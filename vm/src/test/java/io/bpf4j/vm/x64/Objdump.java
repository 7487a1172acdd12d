package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;

/** GNU objdump, which disassembles x86-64 and was not written by us. */
final class Objdump {

    /** One line of its output. The bytes are a shared buffer, of which {@code length} count. */
    record Line(long address, byte[] bytes, int length, String text) {

        byte[] copy() {
            return Arrays.copyOf(bytes, length);
        }
    }

    private static final Path PROGRAM = Path.of("/usr/bin/objdump");

    private Objdump() {}

    static void assumeInstalled() {
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "objdump is not installed (binutils)");
    }

    /** Disassembles the code sections of an ELF file, in AT&T syntax. */
    static void file(Path file, Consumer<Line> lines) {
        run(lines, "-d", file.toString());
    }

    /** Disassembles bytes; text as {@code syntax} ("att" or "intel") has it. */
    static List<Line> bytes(byte[] code, String syntax) {
        try {
            Path file = Files.createTempFile("code", ".bin");
            try {
                Files.write(file, code);
                List<Line> lines = new ArrayList<>();
                run(line -> lines.add(new Line(line.address(), line.copy(), line.length(), line.text())),
                        "-D", "-b", "binary", "-m", "i386:x86-64", "-z", "-M", syntax, file.toString());
                return lines;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(Consumer<Line> lines, String... options) {
        // Near branches with prefix 66 as Intel's processors read them.
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "-w", "-M", "intel64"));
        command.addAll(List.of(options));
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] buffer = new byte[64];
            try (var in = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1), 1 << 16)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    parse(line, buffer, lines);
                }
            }
            assertEquals(0, process.waitFor(), () -> command + " failed");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Takes "  address: TAB bytes in hex TAB text"; other lines are headings. */
    private static void parse(String line, byte[] buffer, Consumer<Line> lines) {
        int colon = line.indexOf(":\t");
        int tab = colon < 0 ? -1 : line.indexOf('\t', colon + 2);
        if (tab < 0) {
            return;
        }
        int length = 0;
        for (int i = colon + 2; i + 1 < tab && line.charAt(i) != ' '; i += 3) {
            buffer[length++] = (byte) (Character.digit(line.charAt(i), 16) << 4
                    | Character.digit(line.charAt(i + 1), 16));
        }
        lines.accept(new Line(hex(line, 0, colon), buffer, length, line.substring(tab + 1)));
    }

    /** Returns the hexadecimal number in a part of a text, blanks before it ignored. */
    static long hex(String text, int from, int to) {
        int start = from;
        while (text.charAt(start) == ' ') {
            start++;
        }
        return Long.parseUnsignedLong(text, start, to, 16);
    }
}
