package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Routines written as BPF text, with {@code ${name}} for what depends on the map.
 *
 * <p>They follow the convention of helpers, so a routine must not touch the frame of the program that calls it, at R10,
 * but may use what lies below: from R10 - 1024 to R10 - 512.
 */
final class BpfText {

    /** The bytes of a frame. */
    static final int FRAME = Execution.FRAME_BYTES;

    private final Map<String, Object> values = new TreeMap<>();

    BpfText() {
        for (Intrinsic intrinsic : Intrinsic.values()) {
            set(intrinsic.name(), intrinsic.number());
        }
    }

    /** Sets what stands for a name. */
    BpfText set(String name, Object value) {
        values.put("${" + name + "}", value.toString());
        return this;
    }

    /** Returns a text with the values filled in. */
    String fill(String text) {
        String filled = text;
        while (filled.contains("${")) {
            String before = filled;
            for (Map.Entry<String, Object> entry : values.entrySet()) {
                filled = filled.replace(entry.getKey(), entry.getValue().toString());
            }
            if (filled.equals(before)) {
                throw new IllegalArgumentException("nothing is known of "
                        + filled.substring(filled.indexOf("${"),
                                filled.indexOf('}', filled.indexOf("${")) + 1));
            }
        }
        return filled;
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

    /** Returns instructions that copy bytes to an aligned place, the last word filled with zeros; R0 and R5 change. */
    static String copyIn(String to, String from, int size) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i += Long.BYTES) {
            text.append(loadPart("r0", from, i, Math.min(Long.BYTES, size - i), "r5"));
            text.append("*(u64 *)(").append(to).append(sum(i)).append(") = r0\n");
        }
        return text.toString();
    }
}
