package io.bpf4j.loader.testrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.FileCalls;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.loader.testrun.Outcome.Finished;
import io.bpf4j.loader.testrun.Outcome.Refused;
import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Helpers in user space give what the running kernel's give. */
class HelperParityTest {

    private TestRunner runner;
    private SystemEnvironment environment;
    private Twin twin;

    @BeforeEach
    void needsRoot() {
        Kernel kernel = Privileges.rootKernel();
        runner = new TestRunner(kernel);
        environment = new SystemEnvironment(text -> {});
        twin = new Twin(runner, environment);
    }

    @AfterEach
    void close() {
        if (runner != null) {
            runner.close();
            environment.close();
        }
    }

    private static TestProgram program(String text, MapSpec... maps) {
        Assembly assembly = Assembler.assemble(text);
        return new TestProgram(assembly.instructions(), assembly.references(), List.of(maps));
    }

    /** A map of constants, as compilers make them for strings. */
    private static MapSpec constants(String text) {
        byte[] bytes = Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), text.length() + 1);
        return new MapSpec(".rodata", MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, bytes.length), 1,
                MapSpec.READ_ONLY_FOR_PROGRAMS, new MapRole.Globals(MapRole.Globals.Section.READ_ONLY),
                bytes);
    }

    private static byte[] memory(String text, int size) {
        return Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), size);
    }

    private static final String[] NUMBERS = {"0", "1", "-1", "42", " 42", "\t\n-42x", "+1", "", " ", "-",
        "--1", "0x1f",
        "0X1F", "0xg", "0x", "x", "017", "08", "09", "1f", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999", "ffffffffffffffff", "10000000000000000", "\u00a07", "1 2",
        "0000000000000000000000000000000000000000000000000000000000000000000000000000007"};

    @ParameterizedTest
    @ValueSource(strings = {"strtol", "strtoul"})
    void numbersAreReadAsTheKernelReadsThem(String helper) {
        for (String number : NUMBERS) {
            for (int flags : new int[]{0, 8, 10, 16, 2, 32, 10 + 64}) {
                int length = Math.max(number.length(), 1);
                twin.run(program("r6 = r1\n*(u64 *)(r10 - 8) = 77\nr2 = " + length + "\nr3 = " + flags
                        + "\nr4 = r10\nr4 += -8\ncall bpf_" + helper
                        + "\nr1 = *(u64 *)(r10 - 8)\n*(u64 *)(r6 + 96) = r1\nexit"), memory(number, 104),
                        "\"" + number + "\", " + flags);
            }
        }
    }

    @Test
    void stringsAreComparedAsTheKernelComparesThem() {
        String[] texts = {"", "a", "b", "ab", "abc", "abd", "\u00ff", "ab\0c"};
        for (String first : texts) {
            for (String second : texts) {
                for (int size : new int[]{1, 2, 3, 8}) {
                    twin.run(program("r2 = " + size + "\nr3 = map[.rodata][0] ll\ncall bpf_strncmp\nexit",
                            constants(second)), memory(first, 8), first + ", " + second + ", " + size);
                }
            }
        }
    }

    private static final String[] FORMATS = {"", "plain", "%d", "%i|%u|%x|%X", "%ld %lu %lx %lX",
        "%lld %llu %llx",
        "%5d|%-5d|%05d|%+d|% d|%-05d|%+05d", "%10u|%-10x|%010X", "%c%c|%3c|%-3c|", "100%%", "%s",
        "%d%d%d%d%d%d",
        "%0d", "% +d", "%5%", "%px", "%20px|", "%-20px|", "%020px|", "%hd", "%lls", "%n", "%.2d", "%*d",
        "%#x",
        "%sx", "%pI", "%", "%l", "tab\tline\n", "bell\u0007", "\u00e9", "%lllu", "%d %d %d %d", "%pX",
        "%12d,%-12d,%012d", "%ld%ld%ld%ld"};

    /** Prints the four numbers at the start of the memory. */
    private void print(String format, int room, int bytes, long... numbers) {
        byte[] memory = new byte[160];
        for (int i = 0; i < numbers.length; i++) {
            for (int j = 0; j < 8; j++) {
                memory[8 * i + j] = (byte) (numbers[i] >>> 8 * j);
            }
        }
        TestProgram program = program(
                "r4 = r1\nr1 += 32\nr2 = " + room + "\nr3 = map[.rodata][0] ll\nr5 = " + bytes
                        + "\ncall bpf_snprintf\nexit",
                constants(format));
        if (runner.run(program, memory) instanceof Refused refused) {
            assertEquals("Invalid format string", refused.reason(), format);
            assertEquals(ErrorNumber.EINVAL.result(), twin.runInUserSpace(program, memory).r0(), format);
        } else {
            twin.run(program, memory, "\"" + format + "\" into " + room);
        }
    }

    @Test
    void formatsPrintWhatTheKernelPrints() {
        for (String format : FORMATS) {
            long[][] numbers = {{0, 0, 0, 0}, {1, 22, 333, 4444}, {-1, -22, 'c', 'd'},
                {Long.MIN_VALUE, Long.MAX_VALUE, Integer.MIN_VALUE, 0xdeadbeefL}};
            for (long[] some : numbers) {
                print(format, 128, 32, some);
                print(format, 6, 32, some);
            }
            print(format, 100, 8, 5);
            print(format, 100, 0);
        }
    }

    @Test
    void printedLinesHaveTheKernelsLength() {
        for (String format : FORMATS) {
            for (String numbers : new String[]{"r3 = 1\nr4 = -22\nr5 = 333\n",
                "r3 = -1\nr4 = 65\nr5 = 66\n"}) {
                twin.run(program("r1 = map[.rodata][0] ll\nr2 = " + (format.length() + 1) + "\n" + numbers
                        + "call bpf_trace_printk\nexit", constants(format)), new byte[0],
                        "\"" + format + "\"");
            }
        }
    }

    private static final String[] POINTED = {"%pI4", "%pi4", "%pI6", "%pi6", "%pI4|%pI6|", "%20pI4|",
        "%-20pI4|",
        "%pI6c", "%pI4h", "%pI5", "%s", "%10s|", "%-10s|", "%2s|", "%pks", "%pus|", "%20pks|", "%-20pks|",
        "%pks%pks", "%s and %pks, %d", "%pkss", "%pkx", "%pu"};

    /** Prints what is at the start of the memory, twice, and then a number. */
    @Test
    void whatIsPointedToIsPrintedAsTheKernelPrintsIt() {
        byte[] address = {10, 0, (byte) 200, 99, 0, 1, 2, (byte) 0xff, 0x20, 0x01, 0, 0, 0, 0, 0, 1};
        byte[][] memories = {memory("a text that ends\0", 160), memory("", 160), memory("\u00e9\n%d", 160),
            Arrays.copyOf(address, 160)};
        for (String format : POINTED) {
            for (byte[] memory : memories) {
                printPointed(format, 128, memory, "r6");
                if (!format.contains("%d")) {
                    printPointed(format, 5, memory, "r6");
                }
            }
        }
    }

    @Test
    void textOfTheProcessIsPrinted() {
        try (NativeBlock block = new NativeBlock(Privileges.rootKernel(), 4096)) {
            block.memory().putBytes(block.memory().base(), memory("text of the process", 20));
            String address = block.memory().base() + " ll";
            for (String format : new String[]{"%pus", "%s", "%25pus|", "%-25s|", "%pks|"}) {
                printPointed(format, 128, new byte[160], address);
            }
        }
    }

    private void printPointed(String format, int room, byte[] memory, String address) {
        TestProgram program = program("r6 = r1\nr7 = " + address
                + "\n*(u64 *)(r10 - 24) = r7\n*(u64 *)(r10 - 16) = r7\n*(u64 *)(r10 - 8) = -5\nr4 = r10\nr4 += -24"
                + "\nr1 = r6\nr1 += 32\nr2 = " + room + "\nr3 = map[.rodata][0] ll\nr5 = 24"
                + "\ncall bpf_snprintf\nexit", constants(format));
        if (runner.run(program, memory) instanceof Refused refused) {
            assertEquals("Invalid format string", refused.reason(), format);
            assertEquals(ErrorNumber.EINVAL.result(), twin.runInUserSpace(program, memory).r0(), format);
        } else {
            String what = "\"" + format + "\" into " + room + ": " + Arrays.toString(memory);
            if (address.equals("r6") && format.contains("us")) {
                // A traced process can read its own stack and maps as what they are there: its own memory.
                twin.runInterpreted(program, memory, what);
            } else {
                twin.run(program, memory, what);
            }
        }
    }

    @Test
    void whatCannotBeReadIsZeros() {
        for (String space : new String[]{"", "_user", "_kernel"}) {
            for (String kind : new String[]{"", "_str"}) {
                for (String address : new String[]{"0", "1", "0x7ffffffff000", "0x0000800000000000",
                    "-8"}) {
                    twin.run(program("*(u64 *)(r10 - 8) = -1\nr6 = r1\nr3 = " + address + " ll\nr2 = 13"
                            + "\ncall bpf_probe_read" + space + kind + "\nexit"),
                            memory("abcdefghijklmnop", 16),
                            space + kind + " of " + address);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"probe_read", "probe_read_kernel", "probe_read_str", "probe_read_kernel_str"})
    void theProgramsOwnMemoryCanBeRead(String helper) {
        for (int offset : new int[]{0, 1, 3, 7}) {
            for (int size : new int[]{0, 1, 4, 5, 8, 20}) {
                twin.run(
                        program("r6 = r1\nr3 = r1\nr3 += " + offset + "\nr1 += 64\nr2 = " + size
                                + "\ncall bpf_"
                                + helper + "\nexit"),
                        memory("hello, world\0what follows is not read", 128),
                        offset + ", " + size);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"probe_read", "probe_read_user", "probe_read_str", "probe_read_user_str"})
    void memoryOfTheProcessCanBeRead(String helper) throws IOException {
        Kernel kernel = Privileges.rootKernel();
        int page = 4096;
        byte[] end = "some text\0and some more without an end".getBytes(StandardCharsets.ISO_8859_1);
        byte[] contents = new byte[page];
        System.arraycopy(end, 0, contents, page - end.length, end.length);
        Path file = Files.createTempFile("page", ".bytes");
        Files.write(file, contents);
        FileCalls files = new FileCalls(kernel);
        // Nothing can be read behind the end of a file, though it is mapped.
        try (Fd folder = files.openDirectory(file.getParent().toString());
                Fd opened = files.open(folder, file.getFileName().toString());
                Mapping mapping = kernel.map(opened, Access.READ, 0, 2 * page, () -> "mapping two pages")) {
            // The kernel reads only what is there already.
            assertEquals(end[0], mapping.bytes().get(page - end.length));
            for (int offset : new int[]{0, 1, 8, 9, 10, 20, end.length - 3, end.length}) {
                for (int size : new int[]{0, 1, 2, 7, 8, 9, 10, 11, 16, 38, 64}) {
                    long address = mapping.address() + page - end.length + offset;
                    twin.run(
                            program("r2 = " + size + "\nr3 = " + address + " ll\ncall bpf_" + helper
                                    + "\nexit"),
                            memory("what was there before: not to be changed, as far as nothing was read",
                                    80),
                            offset + ", " + size);
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aLoopEndsAsTheKernelsDoes() {
        for (String rounds : new String[]{"0", "1", "10", "8388608", "8388609", "-1"}) {
            for (int flags : new int[]{0, 1}) {
                twin.run(program("""
                        *(u64 *)(r10 - 8) = 0
                        r1 = %s
                        r2 = subprog[+7] ll
                        r3 = r10
                        r3 += -8
                        r4 = %d
                        call bpf_loop
                        r1 = *(u64 *)(r10 - 8)
                        exit
                        r3 = *(u64 *)(r2 + 0)
                        r3 += r1
                        *(u64 *)(r2 + 0) = r3
                        r0 = 0
                        if r1 != 1000 goto more
                        r0 = 1
                        more:
                        exit
                        """.formatted(rounds, flags)), new byte[0], rounds + ", " + flags);
            }
        }
    }

    @Test
    void everyEntryIsVisited() {
        MapSpec map = new MapSpec("m", MapKind.HASH, IntType.U32, IntType.U64, 10, 0, new MapRole.Plain());
        StringBuilder text = new StringBuilder("*(u64 *)(r10 - 24) = 0\n");
        for (int i = 1; i <= 6; i++) {
            text.append("*(u32 *)(r10 - 4) = " + i + "\n*(u64 *)(r10 - 16) = " + 100 * i
                    + "\nr1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 0\ncall bpf_map_update_elem\n");
        }
        text.append("""
                r1 = map[m] ll
                r2 = subprog[+8] ll
                r3 = r10
                r3 += -24
                r4 = 0
                call bpf_for_each_map_elem
                r1 = *(u64 *)(r10 - 24)
                r0 += r1
                exit
                r5 = *(u32 *)(r2 + 0)
                r0 = *(u64 *)(r3 + 0)
                r0 += r5
                r5 = *(u64 *)(r4 + 0)
                r5 += r0
                *(u64 *)(r4 + 0) = r5
                *(u64 *)(r3 + 0) = 0
                r0 = 0
                exit
                """);
        assertEquals(6 + 21 + 2100, twin.run(program(text.toString(), map), new byte[0], "visit").r0());
    }

    @Test
    void theProcessIsThisOne() {
        for (String text : new String[]{"call bpf_get_current_pid_tgid\nexit",
            "call bpf_get_current_uid_gid\nexit",
            "r2 = 16\ncall bpf_get_current_comm\nexit", "r2 = 4\ncall bpf_get_current_comm\nexit",
            "call bpf_get_numa_node_id\nexit"}) {
            twin.run(program(text), new byte[64], text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ktime_get_ns", "ktime_get_boot_ns", "ktime_get_tai_ns"})
    void clocksShowTheKernelsTime(String clock) {
        TestProgram program = program("call bpf_" + clock + "\nexit");
        long before = twin.runInUserSpace(program, new byte[0]).r0();
        long kernel = ((Finished) runner.run(program, new byte[0])).r0();
        long after = twin.runInUserSpace(program, new byte[0]).r0();
        // A centisecond for what /proc/uptime does not tell.
        long error = clock.equals("ktime_get_boot_ns") ? 20_000_000 : 0;
        assertTrue(kernel >= before - error && kernel <= after + error,
                before + " <= " + kernel + " <= " + after);
    }
}
