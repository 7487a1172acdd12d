package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

class X64DecoderProperties {

    private final X64Decoder decoder = new X64Decoder();

    /** Random bytes, with many prefixes and escapes. */
    @Provide
    Arbitrary<byte[]> code() {
        Arbitrary<Byte> escapes = Arbitraries
                .of(0x0f, 0x38, 0x3a, 0xc4, 0xc5, 0x62, 0x8f, 0x66, 0xf2, 0xf3, 0x48, 0x67,
                        0x64, 0xf0, 0xf7, 0x78)
                .map(Integer::byteValue);
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.bytes()), Tuple.of(1, escapes))
                .array(byte[].class)
                .ofMaxSize(24);
    }

    @Property(tries = 20_000)
    void anyBytesAreAnInstructionOrInvalidOrTruncated(@ForAll("code") byte[] code) {
        boolean valid = decoder.decode(code, 0, code.length);
        Statistics.collect(decoder.status());
        assertEquals(valid, decoder.status() == DecodedInsn.Status.VALID);
        if (valid) {
            assertTrue(
                    decoder.length() >= 1 && decoder.length() <= Math.min(code.length, DecodedInsn.LONGEST));
        } else {
            assertEquals(0, decoder.length());
        }
        Statistics.coverage(
                coverage -> coverage.check(DecodedInsn.Status.VALID).percentage(share -> share > 20));
    }

    @Property(tries = 5_000)
    void partsLieInOrderWithinTheInstruction(@ForAll("code") byte[] code) {
        if (!decoder.decode(code, 0, code.length)) {
            return;
        }
        int end = decoder.opcodeOffset() + 1;
        if (decoder.modrmOffset() != DecodedInsn.NONE) {
            assertEquals(end, decoder.modrmOffset());
            end++;
        }
        if (decoder.displacementOffset() != DecodedInsn.NONE) {
            assertTrue(decoder.displacementOffset() >= end && decoder.displacementOffset() <= end + 1);
            end = decoder.displacementOffset() + decoder.displacementSize();
            assertEquals(decoder.isRipRelative() ? 4 : decoder.displacementSize(),
                    decoder.displacementSize());
        }
        if (decoder.immediateOffset() != DecodedInsn.NONE) {
            assertTrue(decoder.immediateOffset() >= end && decoder.immediateOffset() <= end + 1);
            end = decoder.immediateOffset() + decoder.immediateSize();
        }
        assertTrue(end == decoder.length() || end + 1 == decoder.length() && decoder.immediateSize() == 0,
                "only a SIB byte is not accounted for");
    }

    @Property(tries = 5_000)
    void anInstructionThatIsCutIsTruncated(@ForAll("code") byte[] code) {
        if (!decoder.decode(code, 0, code.length)) {
            return;
        }
        int length = decoder.length();
        for (int end = 0; end < length; end++) {
            decoder.decode(code, 0, end);
            assertEquals(DecodedInsn.Status.TRUNCATED, decoder.status(),
                    "of " + length + ", bytes left: " + end);
        }
    }

    @Property(tries = 5_000)
    void bytesBeforeAndAfterAnInstructionDoNotMatter(@ForAll("code") byte[] code,
            @ForAll @Size(3) byte[] before, @ForAll @Size(5) byte[] after) {
        if (!decoder.decode(code, 0, code.length)) {
            return;
        }
        int length = decoder.length();
        long immediate = decoder.immediate();
        int displacement = decoder.displacement();
        byte[] surrounded = Arrays.copyOf(before, before.length + length + after.length);
        System.arraycopy(code, 0, surrounded, before.length, length);
        System.arraycopy(after, 0, surrounded, before.length + length, after.length);
        assertTrue(decoder.decode(surrounded, before.length, surrounded.length));
        assertEquals(length, decoder.length());
        assertEquals(immediate, decoder.immediate());
        assertEquals(displacement, decoder.displacement());
    }
}
