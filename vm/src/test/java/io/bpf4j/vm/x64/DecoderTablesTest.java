package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every opcode of every map, with the prefixes and ModRM bytes that matter, against objdump. Each attempt has a slot of
 * its own, filled up with one-byte nops, so that what one attempt means does not depend on the one before.
 */
class DecoderTablesTest {

    private static final int SLOT = 24;
    private static final byte NOP = (byte) 0x90;

    private static final List<String> PREFIXES = List.of("", "66", "f2", "f3", "48", "6648", "67", "65");

    /** ModRM (and SIB) with every way to address, and with every member of a group. */
    private static final List<String> OPERANDS = List.of("01", "05", "0425", "0424", "04a8", "42", "4424",
            "83",
            "8424", "c0", "c1", "c8", "d0", "d8", "e0", "e8", "f0", "f8", "09", "11", "19", "21", "29", "31",
            "39");
    private static final List<String> FEW_OPERANDS = List.of("05", "44a8", "82", "c1", "d0", "e9", "f3");

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    @BeforeEach
    void assumeObjdump() {
        Objdump.assumeInstalled();
    }

    private void attempt(String hex) {
        byte[] slot = new byte[SLOT];
        Arrays.fill(slot, NOP);
        byte[] start = HexFormat.of().parseHex(hex);
        System.arraycopy(start, 0, slot, 0, start.length);
        code.writeBytes(slot);
    }

    private void attemptAll(String before, List<String> operands) {
        for (int opcode = 0; opcode < 256; opcode++) {
            for (String operand : operands) {
                attempt(before + "%02x".formatted(opcode) + operand);
            }
        }
    }

    private void assertSameAsObjdump(int atLeast) {
        var comparison = new DecoderComparison();
        for (Objdump.Line line : Objdump.bytes(code.toByteArray(), "att")) {
            if (line.address() % SLOT == 0) {
                comparison.accept(line);
            }
        }
        assertEquals("", String.join("\n", comparison.differences()));
        assertTrue(comparison.instructions() > atLeast, comparison::toString);
    }

    @ParameterizedTest
    @CsvSource({"'',3000", "0f,3000", "0f38,500", "0f3a,300"})
    void legacyOpcodesAreAsLongAsObjdumpSays(String escape, int atLeast) {
        for (String prefix : PREFIXES) {
            attemptAll(prefix + escape, OPERANDS);
        }
        assertSameAsObjdump(atLeast);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0f"})
    void opcodesThatObjdumpNeverKnowsAreInvalid(String escape) {
        for (String prefix : List.of("", "66", "f2", "f3")) {
            attemptAll(prefix + escape, OPERANDS);
        }
        byte[] bytes = code.toByteArray();
        var known = new BitSet();
        for (Objdump.Line line : Objdump.bytes(bytes, "att")) {
            if (line.address() % SLOT == 0 && new ObjdumpText(line.text()).isInstruction()) {
                known.set(opcode((int) line.address() / SLOT));
            }
        }
        var decoder = new X64Decoder();
        var ours = new BitSet();
        for (int slot = 0; slot < bytes.length / SLOT; slot++) {
            if (decoder.decode(bytes, slot * SLOT, (slot + 1) * SLOT)
                    && decoder.encoding() == DecodedInsn.Encoding.LEGACY) {
                ours.set(opcode(slot));
            }
        }
        ours.andNot(known);
        assertEquals(new BitSet(), ours);
    }

    private static int opcode(int slot) {
        return slot / OPERANDS.size() % 256;
    }

    @Test
    void randomBytesAreAsLongAsObjdumpSays() {
        // A fixed seed: objdump's few liberties would otherwise turn up one day as a failure that nobody can repeat.
        Random random = new Random(20);
        byte[] bytes = new byte[1_000_000];
        random.nextBytes(bytes);
        byte[] likely = HexFormat.of().parseHex("0f383ac4c56266f2f348670f");
        for (int i = 0; i < bytes.length; i++) {
            if (random.nextInt(5) == 0) {
                bytes[i] = likely[random.nextInt(likely.length)];
            }
        }
        var comparison = new DecoderComparison();
        Objdump.bytes(bytes, "att").forEach(comparison::accept);
        assertEquals("", String.join("\n", comparison.differences()));
        assertTrue(comparison.instructions() > 200_000, comparison::toString);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void vexOpcodesAreAsLongAsObjdumpSays(int map) {
        // W, vvvv = none, L, pp
        IntStream.of(0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0xf8, 0xf9, 0xfb, 0xfd, 0x70)
                .forEach(second -> attemptAll("c4%02x%02x".formatted(0xe0 | map, second), FEW_OPERANDS));
        if (map == 1) {
            IntStream.of(0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd)
                    .forEach(second -> attemptAll("c5%02x".formatted(second), FEW_OPERANDS));
        }
        assertSameAsObjdump(500);
    }

    @ParameterizedTest
    @CsvSource({"1,500", "2,500", "3,500", "5,50", "6,50"})
    void evexOpcodesAreAsLongAsObjdumpSays(int map, int atLeast) {
        for (int second : List.of(0x7c, 0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0x75)) {
            for (int third : List.of(0x08, 0x49)) {
                attemptAll("62%02x%02x%02x".formatted(0xf0 | map, second, third),
                        List.of("05", "44a8", "c1", "d0"));
            }
        }
        assertSameAsObjdump(atLeast);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void xopOpcodesAreAsLongAsObjdumpSays(int map) {
        for (int second : List.of(0x78, 0xf8, 0x7c)) {
            attemptAll("8f%02x%02x".formatted(0xe0 | map, second), FEW_OPERANDS);
        }
        assertSameAsObjdump(5);
    }
}
