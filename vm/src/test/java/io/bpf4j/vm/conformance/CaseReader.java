package io.bpf4j.vm.conformance;

import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.conformance.ConformanceCase.Failure;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.AssemblyException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the file of a case: a comment that says what it shows, then sections. A section starts with its name and a
 * colon at the start of a line; lines that belong to it are indented.
 *
 * <pre>
 * # An atomic addition gives the old value back.
 * program:                     ; what the assembler reads; or "bytes:", hex
 *     r0 = 5
 *     r0 = atomic_fetch_add((u64 *)(r1 + 0), r0)
 *     exit
 * memory: 0100000000000000     # hex; none if missing
 * r0: 0x1                      # the result; or "error: out of bounds", "error: malformed "unknown opcode""
 * memory afterwards:           # as before if missing
 *     0600000000000000
 * kernel: refuses "a part of the verifier's reason"
 * </pre>
 */
final class CaseReader {
    private static final Pattern HEADING = Pattern
            .compile("(program|bytes|memory|memory afterwards|r0|error|kernel):(.*)");
    private static final Pattern QUOTED = Pattern.compile("([a-z ]*?)\\s*(?:\"(.*)\")?");
    private static final byte[] NOTHING = {};

    private final String name;
    private final Map<String, String> sections = new LinkedHashMap<>();
    private final StringBuilder description = new StringBuilder();

    CaseReader(String name, String text) {
        this.name = name;
        split(text);
    }

    ConformanceCase read() {
        byte[] memory = hex("memory").orElse(NOTHING);
        byte[] afterwards = hex("memory afterwards").orElse(memory);
        if (afterwards.length != memory.length) {
            throw mistake("memory has " + memory.length + " bytes, afterwards " + afterwards.length);
        }
        boolean fails = sections.containsKey("error");
        if (fails == sections.containsKey("r0") || sections.containsKey("program") == sections
                .containsKey("bytes") || description.isEmpty()) {
            throw mistake("needs a comment, `program` or `bytes`, and `r0` or `error`");
        }
        Expectation expected = fails ? failure() : new Expectation.Returns(result(), afterwards);
        return new ConformanceCase(name, description.toString(), bytes(), memory, expected,
                kernelRefusal());
    }

    /** Cuts the text into sections; each keeps the number of lines before it, for the assembler's messages. */
    private void split(String text) {
        String section = null;
        int number = 0;
        for (String line : text.lines().toList()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                section = heading.group(1);
                if (sections.put(section, "\n".repeat(number) + heading.group(2)) != null) {
                    throw mistake("section `" + section + "` is there twice");
                }
            } else if (line.startsWith("#") && section == null) {
                description.append(description.isEmpty() ? "" : " ").append(line.substring(1).strip());
            } else if (section != null && (line.isBlank() || Character.isWhitespace(line.charAt(0)))) {
                sections.merge(section, "\n" + line, String::concat);
            } else {
                throw mistake("line " + (number + 1) + " belongs to no section: " + line);
            }
            number++;
        }
    }

    private byte[] bytes() {
        String program = sections.get("program");
        if (program == null) {
            return hex("bytes").orElseThrow();
        }
        try {
            return InsnCodec.encode(Assembler.assemble(program).instructions());
        } catch (AssemblyException e) {
            throw new IllegalArgumentException(name + ":" + e.getMessage(), e);
        }
    }

    private Optional<byte[]> hex(String section) {
        return Optional.ofNullable(sections.get(section)).map(text -> HexFormat.of()
                .parseHex(text.lines().map(line -> line.replaceAll("#.*|\\s", ""))
                        .collect(Collectors.joining())));
    }

    private long result() {
        String text = sections.get("r0").strip();
        if (!text.startsWith("0x")) {
            throw mistake("r0 must be hex, is " + text);
        }
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    private Expectation failure() {
        Matcher error = quoted("error");
        for (Failure failure : Failure.values()) {
            if (failure.spelling().equals(error.group(1))) {
                return new Expectation.Fails(failure, Optional.ofNullable(error.group(2)).orElse(""));
            }
        }
        throw mistake("no error is called `" + error.group(1) + "`");
    }

    private Optional<String> kernelRefusal() {
        if (!sections.containsKey("kernel")) {
            return Optional.empty();
        }
        Matcher verdict = quoted("kernel");
        if (!verdict.group(1).equals("refuses") || verdict.group(2) == null) {
            throw mistake("expected `kernel: refuses \"reason\"`");
        }
        return Optional.of(verdict.group(2));
    }

    private Matcher quoted(String section) {
        Matcher matcher = QUOTED.matcher(sections.get(section).strip());
        if (!matcher.matches()) {
            throw mistake("cannot read `" + section + "`");
        }
        return matcher;
    }

    private IllegalArgumentException mistake(String message) {
        return new IllegalArgumentException(name + ": " + message);
    }
}
