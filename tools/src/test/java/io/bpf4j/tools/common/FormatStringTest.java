package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatStringTest {

    private static final StructType RECORD = StructType.struct("record", List.of(
            new Member("id", IntType.U32), new Member("pid", IntType.U32),
            new Member("comm", new ArrayType(IntType.CHAR, 4)), new Member("nanoseconds", IntType.U64)));

    private static byte[] print(String format) {
        ByteBuffer bytes = ByteBuffer.allocate(RECORD.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(0, 1).putInt(4, 42).put(8, new byte[]{'s', 'h', (byte) 0xff, 'x'}).putLong(16, -1);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (Output output = Output.to(text)) {
            FormatString.compile(new OutputSite.Print(1, format, RECORD)).write(bytes, output);
        }
        return text.toByteArray();
    }

    @Test
    void severalArgumentsAndLiteralsKeepTheirOrder() {
        assertArrayEquals("100% pid=42 sh\u00ffx 18446744073709551615 é\n".replace("é", "\u00c3\u00a9")
                .getBytes(StandardCharsets.ISO_8859_1), print("100%% pid=%d %s %llu é\n"));
    }

    @Test
    void textWithoutAZeroEndsAtItsArray() {
        assertEquals(4, print("%.0d%s%.0d").length - "42".length() - "-1".length());
    }

    @Test
    void wrongFormatsAreRefused() {
        for (String format : List.of("%d", "%d %s %d %d", "%f %s %d", "%d %d %d", "%s %s %d", "%d %s %")) {
            assertThrows(IllegalArgumentException.class, () -> print(format), format);
        }
    }

    @Test
    void hugeWidthsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> print("%99999999999d %s %d"));
    }
}
