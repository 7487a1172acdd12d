package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Routines written as BPF text, with {@code ${name}} for what depends on the map.
 *
 * <p>They follow the convention of helpers, so a routine must not touch the frame of the program that calls it, at R10,
 * but may use what lies below: from R10 - 1024 to R10 - 512.
 */
final class BpfText {

    /** The bytes of a frame. */
    static final int FRAME = Execution.FRAME_BYTES;

    /** The most bytes that are copied without a loop. */
    private static final int UNROLLED = 128;

    private final Map<String, String> values = new HashMap<>();

    BpfText() {
        for (Intrinsic intrinsic : Intrinsic.values()) {
            set(intrinsic.name(), intrinsic.number());
        }
    }

    /** Reads a text that stands beside this class. */
    static String resource(String name) {
        try (InputStream stream = BpfText.class.getResourceAsStream(name + ".bpf")) {
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    /** Sets what stands for a name. */
    BpfText set(String name, Object value) {
        values.put(name, value.toString());
        return this;
    }

    /** Returns a text with the values filled in; values may have names in them too. */
    String fill(String text) {
        StringBuilder filled = new StringBuilder(text.length());
        int from = 0;
        for (int name = text.indexOf("${"); name >= 0; name = text.indexOf("${", from)) {
            int end = text.indexOf('}', name);
            String value = values.get(text.substring(name + 2, end));
            if (value == null) {
                throw new IllegalArgumentException("nothing is known of " + text.substring(name, end + 1));
            }
            filled.append(text, from, name).append(fill(value));
            from = end + 1;
        }
        return filled.append(text, from, text.length()).toString();
    }

    /** Routines made of a text, with the slots of its labels. */
    record Assembled(ControlFlow routines, Map<String, Integer> labels) {}

    /** Assembles routines that begin at labels; each becomes a function that keeps R6 to R9. */
    static Assembled assemble(List<String> entries, String text) {
        StringBuilder all = new StringBuilder();
        entries.forEach(entry -> all.append("call ").append(entry).append('\n'));
        Assembly assembly = Assembler.assemble(all + "exit\n" + text);
        return new Assembled(ControlFlow.of(assembly.instructions()), assembly.labels());
    }

    /**
     * Returns instructions that load up to 8 bytes, zero-extended.
     *
     * @param to the register to load, which may be the base
     * @param temporary another register, changed for odd sizes only
     */
    static String loadPart(String to, String base, int offset, int size, String temporary) {
        int high = size == 3 ? 2 : size - 4;
        return switch (size) {
            case 1, 2, 4, 8 -> load(to, base, offset, size);
            case 3 -> load(temporary, base, offset + high, 1) + load(to, base, offset, 2)
                    + shiftIn(to, temporary, 16);
            default -> load(temporary, base, offset + high, 4) + load(to, base, offset, 4)
                    + shiftIn(to, temporary, 8 * high);
        };
    }

    private static String load(String to, String base, int offset, int size) {
        return to + " = *(u" + 8 * size + " *)(" + base + sum(offset) + ")\n";
    }

    private static String shiftIn(String to, String temporary, int bits) {
        return temporary + " <<= " + bits + "\n" + to + " |= " + temporary + "\n";
    }

    /** Returns an offset as it is written behind a register. */
    static String sum(int offset) {
        return offset < 0 ? " - " + -offset : " + " + offset;
    }

    /**
     * Returns instructions that copy bytes to an aligned place at R1, the last word filled with zeros. All registers of
     * calls change, the source's too unless it is another.
     */
    static String copyIn(String from, int size) {
        StringBuilder text = new StringBuilder();
        if (size > UNROLLED) {
            text.append("r2 = ").append(from).append("\nr4 = ").append(size / Long.BYTES)
                    .append("\ncall ${COPY_WORDS}\n");
            return size % Long.BYTES == 0
                    ? text.toString()
                    : text + loadPart("r0", "r2", 0, size % Long.BYTES, "r5") + "*(u64 *)(r1 + 0) = r0\n";
        }
        for (int i = 0; i < size; i += Long.BYTES) {
            text.append(loadPart("r0", from, i, Math.min(Long.BYTES, size - i), "r5"));
            text.append("*(u64 *)(r1").append(sum(i)).append(") = r0\n");
        }
        return text.toString();
    }

    /** Returns instructions that copy bytes from an aligned place at R2 to R1; all registers of calls change. */
    static String copyOut(int size) {
        if (size > UNROLLED) {
            return "r4 = " + size + "\ncall ${COPY_BYTES}\n";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size;) {
            int piece = Math.min(Long.BYTES, Integer.highestOneBit(size - i));
            text.append(load("r0", "r2", i, piece));
            text.append("*(u" + 8 * piece + " *)(r1" + sum(i) + ") = r0\n");
            i += piece;
        }
        return text.toString();
    }

    /** Returns instructions that write zeros to any place at R1; all registers of calls change. */
    static String clear(int size) {
        return "r4 = " + size + "\nr0 = 0\ncall ${FILL_BYTES}\n";
    }
}
