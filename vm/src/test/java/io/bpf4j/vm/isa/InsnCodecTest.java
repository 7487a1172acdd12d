package io.bpf4j.vm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InsnCodecTest {

    /** The opcode bytes of RFC 9669, appendix A. */
    private static final String OPCODES = """
            04 05 06 07 0c 0f 14 15 16 17 18 1c 1d 1e 1f 20 24 25 26 27 28 2c 2d 2e 2f 30 34 35 36 37 3c 3d 3e 3f
            40 44 45 46 47 48 4c 4d 4e 4f 50 54 55 56 57 5c 5d 5e 5f 61 62 63 64 65 66 67 69 6a 6b 6c 6d 6e 6f
            71 72 73 74 75 76 77 79 7a 7b 7c 7d 7e 7f 81 84 85 87 89 91 94 95 97 9c 9f a4 a5 a6 a7 ac ad ae af
            b4 b5 b6 b7 bc bd be bf c3 c4 c5 c6 c7 cc cd ce cf d4 d5 d6 d7 db dc dd de
            """;

    private static List<Insn> decode(String hex) {
        return InsnCodec.decode(bytes(hex));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static boolean isDecodable(int opcode) {
        for (int source = 0; source < 3; source++) {
            for (int immediate = 0; immediate <= 16; immediate += 16) {
                String slot = String.format("%02x%x0 0000 %02x000000", opcode, source, immediate);
                for (String hex : List.of(slot, slot + "0".repeat(16))) {
                    try {
                        if (decode(hex).size() == 1) {
                            return true;
                        }
                    } catch (MalformedProgramException malformed) {
                        continue;
                    }
                }
            }
        }
        return false;
    }

    @Test
    void exactlyTheOpcodesOfTheStandardDecode() {
        TreeSet<String> decodable = new TreeSet<>();
        for (int opcode = 0; opcode < 256; opcode++) {
            if (isDecodable(opcode)) {
                decodable.add(String.format("%02x", opcode));
            }
        }
        assertEquals(new TreeSet<>(List.of(OPCODES.strip().split("\\s+"))), decodable);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // one byte pattern of each kind, with the message that names what is wrong in it
        "07 0b 0000 01000000 | instruction 0: opcode 0x07 with dst = 11: expected a register, 0 to 10",
        "0f b0 0000 00000000 | instruction 0: opcode 0x0f with src = 11: expected a register, 0 to 10",
        "07 10 0000 01000000 | instruction 0: opcode 0x07 with src = 1: expected 0 in a field that is not used",
        "0f 10 0000 01000000 | instruction 0: opcode 0x0f with imm = 1: expected 0 in a field that is not used",
        "07 01 0100 01000000 | instruction 0: opcode 0x07 with offset = 1: not a variant of this operation",
        "37 01 0200 01000000 | instruction 0: opcode 0x37 with offset = 2: not a variant of this operation",
        "bc 10 2000 00000000 | instruction 0: opcode 0xbc with offset = 32: expected the bits to extend: 0, 8, 16",
        "b7 01 0800 00000000 | instruction 0: opcode 0xb7 with offset = 8: not a variant of this operation",
        "bf 10 0800 01000000 | instruction 0: opcode 0xbf with imm = 1: expected 0 in a field that is not used",
        "e7 01 0000 00000000 | instruction 0: unknown opcode 0xe7",
        "8f 10 0000 00000000 | instruction 0: unknown opcode 0x8f",
        "df 01 0000 10000000 | instruction 0: unknown opcode 0xdf",
        "d7 01 0000 11000000 | instruction 0: opcode 0xd7 with imm = 17: expected the bits to swap: 16, 32 or 64",
        "05 00 0000 01000000 | instruction 0: opcode 0x05 with imm = 1: expected 0 in a field that is not used",
        "06 00 0100 01000000 | instruction 0: opcode 0x06 with offset = 1: expected 0 in a field that is not used",
        "05 01 0000 00000000 | instruction 0: opcode 0x05 with dst = 1: expected 0 in a field that is not used",
        "0d 00 0000 00000000 | instruction 0: unknown opcode 0x0d",
        "85 30 0000 01000000 | instruction 0: opcode 0x85 with src = 3: expected a kind of call, 0 to 2",
        "85 00 0100 01000000 | instruction 0: opcode 0x85 with offset = 1: expected 0 in a field that is not used",
        "86 00 0000 01000000 | instruction 0: unknown opcode 0x86",
        "95 00 0000 01000000 | instruction 0: opcode 0x95 with imm = 1: expected 0 in a field that is not used",
        "95 00 0100 00000000 | instruction 0: opcode 0x95 with offset = 1: expected 0 in a field that is not used",
        "61 12 0000 01000000 | instruction 0: opcode 0x61 with imm = 1: expected 0 in a field that is not used",
        "99 12 0000 00000000 | instruction 0: unknown opcode 0x99",
        "62 12 0000 01000000 | instruction 0: opcode 0x62 with src = 1: expected 0 in a field that is not used",
        "63 12 0000 01000000 | instruction 0: opcode 0x63 with imm = 1: expected 0 in a field that is not used",
        "c3 12 0000 02000000 | instruction 0: opcode 0xc3 with imm = 2: not an atomic operation",
        "c3 12 0000 e0000000 | instruction 0: opcode 0xc3 with imm = 224: not an atomic operation",
        "cb 12 0000 00000000 | instruction 0: unknown opcode 0xcb",
        "20 10 0000 00000000 | instruction 0: opcode 0x20 with src = 1: expected 0 in a field that is not used",
        "40 11 0000 00000000 | instruction 0: opcode 0x40 with dst = 1: expected 0 in a field that is not used",
        "38 00 0000 00000000 | instruction 0: unknown opcode 0x38",
        "9500000000000000 18 01 0000 00000000 | instruction 1: 64-bit immediate without its second half",
        "18 01 0000 00000000 00 01 0000 00000000 | "
                + "instruction 1: only the immediate may be set in the second half of a 64-bit immediate",
        "18 01 0000 00000000 95 00 0000 00000000 | "
                + "instruction 1: only the immediate may be set in the second half of a 64-bit immediate",
        "18 71 0000 00000000 00 00 0000 00000000 | "
                + "instruction 0: opcode 0x18 with src = 7: expected a kind of 64-bit immediate, 0 to 6",
        "18 01 0100 00000000 00 00 0000 00000000 | "
                + "instruction 0: opcode 0x18 with offset = 1: expected 0 in a field that is not used",
        "18 11 0000 00000000 00 00 0000 01000000 | "
                + "instruction 1: imm = 1: expected 0 in the second half of a MAP immediate",
        "00 00 0000 00000000 | instruction 0: unknown opcode 0x00",
        "95 00 0000 00000000 95 00 00 | instruction 1: has 3 bytes, not 8"})
    void malformedBytesAreRejectedWithSlotAndField(String hex, String message) {
        assertEquals(message, assertThrows(MalformedProgramException.class, () -> decode(hex)).getMessage());
    }

    @Test
    void buffersAreReadFromPositionToLimitAndNotChanged() {
        ByteBuffer buffer = ByteBuffer.wrap(bytes("ff 95 00 0000 00000000 ff")).position(1).limit(9);
        assertEquals(List.of(new Insn.Exit()), InsnCodec.decode(buffer));
        assertEquals(1, buffer.position());
    }

    @Test
    void instructionsWithoutEncodingCannotBeMade() {
        assertThrows(IllegalArgumentException.class,
                () -> new Insn.LoadImmediate64(Register.R1, Immediate64.MAP, 1, 1));
        assertThrows(IllegalArgumentException.class,
                () -> new Insn.LoadPacket(Width.DOUBLE, false, Register.R0, 0));
        assertThrows(IllegalArgumentException.class,
                () -> new Insn.LoadPacket(Width.WORD, false, Register.R1, 0));
    }
}
