package io.bpf4j.loader.code;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A whole file as objdump disassembles it: where instructions begin, where branches lead, and which return. */
final class Disassembly {

    private static final Path OBJDUMP = Path.of("/usr/bin/objdump");
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t([^\\t]*)(?:\\t(.*))?");
    /** A mnemonic after which an address stands, and nothing else before it but prefixes. */
    private static final Pattern BRANCH = Pattern.compile(
            "(?:\\S+ )*?(?:j[a-z]+|call|loop[a-z]*|xbegin)(?:,p[nt])?\\s+([0-9a-f]+)(?: .*)?");
    private static final Pattern RETURN = Pattern.compile("(?:(?:repz|bnd|rep) )*ret(?:\\s.*)?");

    final BitSet instructions = new BitSet();
    final BitSet targets = new BitSet();
    final BitSet returns = new BitSet();
    final BitSet systemCalls = new BitSet();

    static Disassembly of(Path file) {
        Assumptions.assumeTrue(Files.isExecutable(OBJDUMP), "objdump is not installed (binutils)");
        var result = new Disassembly();
        run(result::accept, OBJDUMP.toString(), "-d", "-w", "-M", "intel64", file.toString());
        return result;
    }

    /** Returns where instructions begin among some bytes. */
    static BitSet boundaries(Path file, byte[] code) throws IOException {
        Files.write(file, code);
        var result = new Disassembly();
        run(result::accept, OBJDUMP.toString(), "-D", "-w", "-b", "binary", "-m", "i386:x86-64", "-z",
                file.toString());
        return result.instructions;
    }

    private void accept(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || matcher.group(3) == null) {
            return;
        }
        int address = Integer.parseInt(matcher.group(1), 16);
        String text = matcher.group(3);
        instructions.set(address);
        if (RETURN.matcher(text).matches()) {
            returns.set(address);
        } else if (text.startsWith("syscall")) {
            systemCalls.set(address);
        } else {
            Matcher branch = BRANCH.matcher(text);
            if (branch.matches() && branch.group(1).length() < 8) {
                targets.set(Integer.parseInt(branch.group(1), 16));
            }
        }
    }

    private static void run(Consumer<String> lines, String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var in = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1), 1 << 16)) {
                in.lines().forEach(lines);
            }
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
