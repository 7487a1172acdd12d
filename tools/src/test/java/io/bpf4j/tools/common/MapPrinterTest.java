package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.tools.common.MapPrinter.Entry;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import io.bpf4j.vm.type.Type;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MapPrinterTest {

    private static final StructType WHO = StructType.struct("who", List.of(
            new Member("pid", IntType.U32), new Member("comm", new ArrayType(IntType.CHAR, 8))));
    private static final StructType STAT = StructType.struct("stat", List.of(
            new Member("count", IntType.U64), new Member("total_ns", IntType.S64)));

    private static MapSpec map(MapKind kind, Type key, Type value) {
        return new MapSpec("calls", kind, key, value, 16, 0, new MapRole.Plain());
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer number(long number) {
        return bytes(Long.BYTES).putLong(0, number);
    }

    private static String text(MapSpec map, Entry... entries) {
        return print(output -> new MapPrinter(map, StackNames.NUMBERS).text(List.of(entries), output));
    }

    private static String json(MapSpec map, Entry... entries) {
        return print(output -> new MapPrinter(map, StackNames.NUMBERS).json(List.of(entries),
                new JsonLines(output)));
    }

    private static String print(Consumer<Output> printer) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (Output output = Output.to(text)) {
            printer.accept(output);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void singleNumbersComeGreatestFirst() {
        assertEquals("""
                calls:
                KEY                 VALUE
                  2  18446744073709551615
                  1                    30
                  3                    30

                """,
                text(map(MapKind.HASH, IntType.U64, IntType.U64), new Entry(number(3), List.of(number(30))),
                        new Entry(number(1), List.of(number(30))),
                        new Entry(number(2), List.of(number(-1)))));
    }

    @Test
    void structsBecomeColumns() {
        ByteBuffer key = bytes(WHO.size()).putInt(0, 42).put(4, "sh\u001b".getBytes(StandardCharsets.UTF_8));
        ByteBuffer value = bytes(STAT.size()).putLong(0, 7).putLong(8, -1);
        Entry entry = new Entry(key, List.of(value));
        MapSpec map = map(MapKind.HASH, WHO, STAT);
        assertEquals("""
                calls:
                PID  COMM  COUNT  TOTAL_NS
                 42  sh?       7        -1

                """, text(map, entry));
        assertEquals("""
                {"map":"calls","key":{"pid":42,"comm":"sh\\u001B"},"value":{"count":7,"total_ns":-1}}
                """, json(map, entry));
    }

    @Test
    void perCpuCountersAddUpFieldByField() {
        Entry entry = new Entry(number(1), List.of(bytes(16).putLong(0, 1).putLong(8, 10),
                bytes(16).putLong(0, 2).putLong(8, -30)));
        assertEquals("{\"map\":\"calls\",\"key\":1,\"value\":{\"count\":3,\"total_ns\":-20}}\n",
                json(map(MapKind.PERCPU_HASH, IntType.U64, STAT), entry));
    }

    @Test
    void otherPerCpuValuesGetARowForEachCpu() {
        EnumType state = new EnumType("state", IntType.U32,
                List.of(new EnumType.Constant("IDLE", 0), new EnumType.Constant("BUSY", 1)));
        Entry entry = new Entry(number(5), List.of(bytes(4), bytes(4).putInt(0, 1), bytes(4).putInt(0, 9)));
        MapSpec map = map(MapKind.PERCPU_HASH, IntType.U64, state);
        assertEquals("""
                calls:
                KEY  CPU  VALUE
                  5    0   IDLE
                  5    1   BUSY
                  5    2      9

                """, text(map, entry));
        assertEquals("{\"map\":\"calls\",\"key\":5,\"values\":[\"IDLE\",\"BUSY\",9]}\n",
                json(map, entry));
    }

    @Test
    void untouchedArrayElementsAreLeftOut() {
        assertEquals("""
                calls:
                KEY  VALUE
                  1      5

                """, text(map(MapKind.ARRAY, IntType.U32, IntType.U64),
                new Entry(bytes(4), List.of(number(0))),
                new Entry(bytes(4).putInt(0, 1), List.of(number(5)))));
    }

    @Test
    void perCpuHistogramsAddUpAndPrintAsHistograms() {
        Type buckets = new ArrayType(IntType.U64, 65);
        MapSpec map = new MapSpec("sizes", MapKind.PERCPU_HASH, IntType.U64, buckets, 16, 0,
                new MapRole.Log2Histogram());
        ByteBuffer counts = bytes(buckets.size()).putLong(8, 1);
        Entry entry = new Entry(number(9), List.of(counts, counts));
        assertEquals("""
                key = 9
                     sizes               : count     distribution
                         0 -> 1          : 2        |****************************************|

                """, text(map, entry));
        assertEquals("""
                {"map":"sizes","key":9,"buckets":[{"min":1,"max":1,"count":2}]}
                """, json(map, entry));
    }

    @Test
    void histogramsWithoutKeysHaveNoKeyLineAndTheFieldsOfKeysAreNamed() {
        Type buckets = new ArrayType(IntType.U64, 65);
        ByteBuffer counts = bytes(buckets.size()).putLong(0, 1).putLong(64 * Long.BYTES, 7);
        MapSpec single = new MapSpec("sizes", MapKind.PERCPU_ARRAY, IntType.U32, buckets, 1, 0,
                new MapRole.Log2Histogram());
        String counted = """
                {"map":"sizes","buckets":[{"min":0,"max":0,"count":1},\
                {"min":9223372036854775808,"max":18446744073709551615,"count":7}]}
                """;
        assertEquals(counted, json(single, new Entry(bytes(4), List.of(counts))));
        assertTrue(text(single, new Entry(bytes(4), List.of(counts))).startsWith("               sizes "));
        MapSpec keyed = new MapSpec("sizes", MapKind.PERCPU_HASH, WHO, buckets, 16, 0,
                new MapRole.Log2Histogram());
        ByteBuffer key = bytes(WHO.size()).putInt(0, 42).put(4, "sh\n".getBytes(StandardCharsets.UTF_8));
        assertTrue(text(keyed, new Entry(key, List.of(counts))).startsWith("pid = 42, comm = sh?\n"));
    }

    @Test
    void linearHistogramsAreOpenAtTheirEndsInJson() {
        MapSpec map = new MapSpec("steps", MapKind.PERCPU_ARRAY, IntType.U32, new ArrayType(IntType.U64, 4),
                1,
                0, new MapRole.LinearHistogram(-10, 10, 10));
        ByteBuffer counts = bytes(4 * Long.BYTES).putLong(0, 1).putLong(8, 2).putLong(16, 3).putLong(24, 4);
        assertEquals("""
                {"map":"steps","buckets":[{"max":-11,"count":1},{"min":-10,"max":-1,"count":2},\
                {"min":0,"max":9,"count":3},{"min":10,"count":4}]}
                """, json(map, new Entry(bytes(4), List.of(counts))));
    }

    @Test
    void nothingToShowIsSaid() {
        MapSpec map = map(MapKind.ARRAY, IntType.U32, IntType.U64);
        assertEquals("calls: empty\n\n", text(map));
        assertTrue(new MapPrinter(map, StackNames.NUMBERS)
                .isEmpty(List.of(new Entry(bytes(4), List.of(number(0))))));
    }

    @Test
    void stacksStandAboveTheRestOfTheirKeys() {
        StructType running = StructType.struct("running", List.of(new Member("stack", IntType.USER_STACK),
                new Member("pid", IntType.U32)));
        StackNames names = stack -> List.of("inner" + stack.id(), "outer");
        Entry often = new Entry(bytes(running.size()).putLong(0, 7).putInt(8, 42), List.of(number(9)));
        Entry once = new Entry(bytes(running.size()).putLong(0, 8).putInt(8, 43), List.of(number(1)));
        MapSpec map = map(MapKind.HASH, running, IntType.U64);
        assertEquals("""
                calls:
                    inner7
                    outer
                  pid = 42: 9

                    inner8
                    outer
                  pid = 43: 1

                """, print(output -> new MapPrinter(map, names).text(List.of(once, often), output)));
        MapSpec alone = map(MapKind.HASH, IntType.USER_STACK, IntType.U64);
        assertEquals("calls:\n    inner5\n    outer\n  3\n\n", print(output -> new MapPrinter(alone, names)
                .text(List.of(new Entry(number(5), List.of(number(3)))), output)));
    }
}
