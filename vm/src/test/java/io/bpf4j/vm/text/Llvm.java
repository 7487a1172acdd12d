package io.bpf4j.vm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** LLVM's tools, of whatever version is installed. */
final class Llvm {

    /** The first version that knows the instructions of v4, and offsets that are not in hex. */
    static final int KNOWS_V4 = 18;

    private static final int NEWEST = 30;
    private static final Pattern VERSION = Pattern.compile("version (\\d+)");
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(.*?)(?:\\s+<[^\\s<>]+>)?\\s*");

    private Llvm() {}

    /** Finds a tool of at least a version, the newest first. */
    static Optional<String> find(String tool, int atLeast) {
        for (int version = NEWEST; version >= atLeast; version--) {
            if (isOnPath(tool + "-" + version)) {
                return Optional.of(tool + "-" + version);
            }
        }
        return Optional.of(tool).filter(Llvm::isOnPath).filter(plain -> version(plain) >= atLeast);
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static int version(String program) {
        Matcher version = VERSION.matcher(run(List.of(program, "--version")));
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    /** Runs a program and returns what it printed; fails the test if it fails. */
    static String run(List<String> command) {
        try {
            Path output = Files.createTempFile("llvm", ".txt");
            try {
                Process process = new ProcessBuilder(command).redirectErrorStream(true)
                        .redirectOutput(output.toFile()).start();
                assertTrue(process.waitFor(1, TimeUnit.MINUTES), () -> command + " does not end");
                String printed = Files.readString(output);
                assertEquals(0, process.exitValue(), () -> command + " failed: " + printed);
                return printed;
            } finally {
                Files.delete(output);
            }
        } catch (IOException failure) {
            throw new AssertionError(command + " cannot run", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(command + " was interrupted", interrupted);
        }
    }

    /** Makes an object file whose code is the bytes. */
    static Path object(Path directory, byte[] code) throws IOException {
        StringBuilder source = new StringBuilder(".text\n");
        for (byte value : code) {
            source.append(".byte ").append(value & 0xff).append('\n');
        }
        Path assembly = Files.writeString(directory.resolve("code.s"), source);
        Path object = directory.resolve("code.o");
        run(List.of(find("llvm-mc", 14).orElseThrow(), "-triple", "bpfel", "-filetype=obj", "-o",
                object.toString(),
                assembly.toString()));
        return object;
    }

    /** Disassembles the code of an object file: a line for each instruction, without slot and label. */
    static List<String> disassemble(String objdump, Path object, String... options) {
        List<String> command = new ArrayList<>(
                List.of(objdump, "-d", "-z", "--no-show-raw-insn", "--no-print-imm-hex"));
        command.addAll(List.of(options));
        command.add(object.toString());
        return run(command).lines().map(LINE::matcher).filter(Matcher::matches).map(line -> line.group(1))
                .toList();
    }
}
