package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Writes forms with our assembler and with GNU as, and compares bytes; and lengths with our decoder. */
final class EncodingComparison {

    private final X64Assembler code = new X64Assembler();
    private final StringBuilder source = new StringBuilder("origin:\n");
    private final List<String> texts = new ArrayList<>();
    private final List<Label> starts = new ArrayList<>();
    private final Label origin = code.label("origin");

    EncodingComparison() {
        code.bind(origin);
    }

    /** Returns a label that can be in memory operands. */
    Label origin() {
        return origin;
    }

    void add(Forms.Operands operands) {
        for (Forms.Form form : Forms.all(operands)) {
            starts.add(code.here());
            texts.add(form.text());
            source.append(form.text()).append('\n');
            form.emit().accept(code);
        }
    }

    void assertSame(int atLeast) {
        assertTrue(texts.size() >= atLeast, () -> "only " + texts.size() + " forms");
        starts.add(code.here());
        MachineCode ours = code.assemble();
        byte[] bytes = ours.bytes();
        byte[] theirs = GnuAssembler.assemble(source.toString());
        int differing = Arrays.mismatch(bytes, theirs);
        for (int i = 0; i < texts.size() && differing >= 0; i++) {
            int from = ours.offsetOf(starts.get(i));
            int to = ours.offsetOf(starts.get(i + 1));
            if (to > differing) {
                fail(texts.get(i) + ": " + HexFormat.of().formatHex(bytes, from, to) + ", GNU as: "
                        + HexFormat.of().formatHex(theirs, from, Math.min(from + 12, theirs.length)));
            }
        }
        assertEquals(-1, differing);
        assertDecoded(ours, bytes);
    }

    private void assertDecoded(MachineCode ours, byte[] bytes) {
        var decoder = new X64Decoder();
        for (int i = 0; i < texts.size(); i++) {
            int from = ours.offsetOf(starts.get(i));
            decoder.decode(bytes, from, bytes.length);
            assertEquals(ours.offsetOf(starts.get(i + 1)) - from, decoder.length(), texts.get(i));
        }
    }
}
