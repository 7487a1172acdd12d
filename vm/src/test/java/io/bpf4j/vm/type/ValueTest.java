package io.bpf4j.vm.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.type.StructType.Member;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueTest {
    private static final EnumType COLOUR = new EnumType("colour", IntType.S32,
            List.of(new EnumType.Constant("RED", 3), new EnumType.Constant("NONE", -1)));

    private static Object roundTrip(Type type, String text) {
        return ValueReader.read(type, ByteBuffer.wrap(ValueWriter.parse(type, text)), 0);
    }

    private static String refusal(Type type, String text) {
        return assertThrows(ValueFormatException.class, () -> ValueWriter.parse(type, text)).getMessage();
    }

    @Test
    void numbersComeBackAsWritten() {
        assertEquals(42L, roundTrip(IntType.U8, "42"));
        assertEquals(-1L, roundTrip(IntType.S16, "-1"));
        assertEquals(16L, roundTrip(IntType.U32, "0x10"));
        assertEquals(4_294_967_295L, roundTrip(IntType.U32, "4294967295"));
        assertEquals(new BigInteger("18446744073709551615"), roundTrip(IntType.U64, "18446744073709551615"));
        assertEquals(Long.MIN_VALUE, roundTrip(IntType.S64, "-9223372036854775808"));
        assertEquals(true, roundTrip(IntType.BOOL, "true"));
        assertEquals(false, roundTrip(IntType.BOOL, "0"));
        assertEquals((long) 'x', roundTrip(IntType.CHAR, "x"));
        assertEquals(7L, roundTrip(IntType.CHAR, "7"));
        assertEquals("0xffff800000000000",
                roundTrip(new PointerType(VoidType.VOID, AddressSpace.KERNEL), "0xffff800000000000"));
    }

    @Test
    void textAndConstantsComeBackAsWritten() {
        assertEquals("nginx", roundTrip(new ArrayType(IntType.CHAR, 16), "nginx"));
        assertEquals("", roundTrip(new ArrayType(IntType.CHAR, 1), ""));
        assertEquals("RED", roundTrip(COLOUR, "RED"));
        assertEquals("NONE", roundTrip(COLOUR, "-1"));
        assertEquals(77L, roundTrip(COLOUR, "77"));
    }

    @Test
    void mistakesAreNamed() {
        assertEquals("300 does not fit u8, which goes from 0 to 255", refusal(IntType.U8, "300"));
        assertEquals("-1 does not fit u64, which goes from 0 to 18446744073709551615",
                refusal(IntType.U64, "-1"));
        assertEquals("128 does not fit s8, which goes from -128 to 127", refusal(IntType.S8, "128"));
        assertEquals("'ten' is no u32: write a whole number, such as 42, -1 or 0x2a",
                refusal(IntType.U32, "ten"));
        assertEquals("'' is no u32: write a whole number, such as 42, -1 or 0x2a", refusal(IntType.U32, ""));
        assertEquals("'yes' is no bool: write true or false", refusal(IntType.BOOL, "yes"));
        assertEquals("'BLUE' is no constant of enum colour: one of RED, NONE", refusal(COLOUR, "BLUE"));
        assertEquals("'abcd' has 4 bytes, char[4] has room for 3 and a final NUL",
                refusal(new ArrayType(IntType.CHAR, 4), "abcd"));
        assertTrue(refusal(StructType.struct("s", List.of()), "1").startsWith("a value of type struct s"));
        assertTrue(refusal(IntType.U64, "9".repeat(1000)).contains("is no u64"));
    }

    @Test
    void structsAreReadFieldByField() {
        StructType inner = StructType.struct("inner",
                List.of(new Member("low", IntType.U8), new Member("high",
                        IntType.S32)));
        StructType outer = StructType.struct("outer", List.of(new Member("parts", new ArrayType(inner, 2)),
                new Member("colour", COLOUR), new Member("name", new ArrayType(IntType.CHAR, 4))));
        ByteBuffer bytes = ByteBuffer.allocate(3 + outer.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(3, (byte) 1).putInt(7, -2).put(11, (byte) 255).putInt(15, 9).putInt(19, 3).put(23,
                "abcd".getBytes());
        Object value = ValueReader.read(outer, bytes.order(ByteOrder.BIG_ENDIAN), 3);
        assertEquals(Map.of("parts", List.of(Map.of("low", 1L, "high", -2L), Map.of("low", 255L, "high", 9L)),
                "colour",
                "RED", "name", "abcd"), value);
        assertEquals(List.of("parts", "colour", "name"), List.copyOf(((Map<?, ?>) value).keySet()));
    }

    @Test
    void valuesBeyondTheBufferAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> ValueReader.read(IntType.U32, ByteBuffer.allocate(7), 4));
        assertThrows(IllegalArgumentException.class,
                () -> ValueReader.read(IntType.U32, ByteBuffer.allocate(7), -1));
    }

    @Test
    void declarationsShowOffsets() {
        StructType type = StructType.struct("event", List.of(new Member("id", IntType.U32),
                new Member("comm", new ArrayType(IntType.CHAR, 16)),
                new Member("next", new PointerType(new ArrayType(IntType.U8, 2), AddressSpace.USER))));
        assertEquals("""
                struct event {
                    u32 id;         // 0
                    char comm[16];  // 4
                    u8 (*next)[2];  // 24
                };                  // 32 bytes
                """, TypePrinter.declaration(type));
    }
}
