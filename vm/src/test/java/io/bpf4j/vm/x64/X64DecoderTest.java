package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class X64DecoderTest {

    private final X64Decoder decoder = new X64Decoder();

    private void decode(String hex) {
        byte[] code = HexFormat.of().parseHex(hex);
        decoder.decode(code, 0, code.length);
    }

    @ParameterizedTest
    @CsvSource({"ebfe,JUMP", "e9ffffffff,JUMP", "7402,CONDITIONAL_JUMP", "e3fe,CONDITIONAL_JUMP",
        "0f8400000000,CONDITIONAL_JUMP", "e800000000,CALL", "ffe0,INDIRECT_JUMP",
        "ff2425c8000000,INDIRECT_JUMP",
        "ff15c8000000,INDIRECT_CALL", "c3,RETURN", "f3c3,RETURN", "c20800,RETURN", "0f05,SYSTEM_CALL",
        "cd80,INTERRUPT", "cc,BREAKPOINT", "0f0b,UNDEFINED", "f4,HALT", "90,NONE", "f30f1efa,NONE"})
    void transfersAreNamed(String hex, Transfer transfer) {
        decode(hex);
        assertTrue(decoder.isValid());
        assertEquals(transfer, decoder.transfer());
        assertEquals(hex.length() / 2, decoder.length());
    }

    @Test
    void partsOfAnInstructionAreFound() {
        // cmp QWORD PTR [rip+0x12345678], imm32
        decode("48813d7856341244332211");
        assertEquals(11, decoder.length());
        assertEquals(0x48, decoder.rex());
        assertEquals(0x81, decoder.opcode());
        assertEquals(1, decoder.opcodeOffset());
        assertEquals(2, decoder.modrmOffset());
        assertTrue(decoder.isRipRelative());
        assertEquals(3, decoder.displacementOffset());
        assertEquals(0x12345678, decoder.displacement());
        assertEquals(7, decoder.immediateOffset());
        assertEquals(0x11223344, decoder.immediate());
        assertEquals(0x1000 + 11 + 0x12345678, decoder.ripTarget(0x1000));
    }

    @Test
    void immediatesOfEightBytesAreRead() {
        decode("48b8efcdab8967452301");
        assertEquals(0x0123456789abcdefL, decoder.immediate());
        assertEquals(DecodedInsn.NONE, decoder.modrmOffset());
    }

    @Test
    void vectorPrefixesAreSchemes() {
        decode("c4e2f1f7c0");
        assertEquals(DecodedInsn.Encoding.VEX, decoder.encoding());
        assertEquals(2, decoder.map());
        decode("62f17c48284101");
        assertEquals(DecodedInsn.Encoding.EVEX, decoder.encoding());
        assertEquals(1, decoder.map());
    }

    @Test
    void sixteenBytesAreNoInstruction() {
        decode("66".repeat(14) + "90");
        assertEquals(15, decoder.length());
        decode("66".repeat(15) + "90");
        assertEquals(DecodedInsn.Status.INVALID, decoder.status());
        decode("66".repeat(15));
        assertEquals(DecodedInsn.Status.INVALID, decoder.status());
        decode("66".repeat(14));
        assertEquals(DecodedInsn.Status.TRUNCATED, decoder.status());
    }

    @ParameterizedTest
    @CsvSource({"06", "0f04", "9a000000000000", "fff8", "8f20", "48c5f877", "c5f805", "d500a1"})
    void whatNoProcessorHasIsInvalid(String hex) {
        decode(hex);
        assertEquals(DecodedInsn.Status.INVALID, decoder.status());
        assertEquals(0, decoder.length());
    }

    @Test
    void branchesOnWhichProcessorsDifferAreMarked() {
        decode("66e900000000");
        assertTrue(decoder.isVendorDependent());
        decode("6648e800000000");
        assertFalse(decoder.isVendorDependent());
        decode("6690");
        assertFalse(decoder.isVendorDependent());
    }

    @Test
    void aRangeOutsideTheBytesIsRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(new byte[3], 1, 4));
    }
}
