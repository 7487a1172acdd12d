package io.bpf4j.loader.testrun;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Maps in user space answer every call as the running kernel's do, error numbers among it. */
class MapParityTest {

    private static final int PROGRAMS = 25;
    private static final int CALLS = 60;
    private static final int BYTES_PER_CALL = 16;

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

    private static Type bytes(int size) {
        return switch (size) {
            case 0 -> VoidType.VOID;
            case 4 -> IntType.U32;
            case 8 -> IntType.U64;
            default -> new ArrayType(IntType.U8, size);
        };
    }

    private static MapSpec map(MapKind kind, int keySize, int valueSize, int entries) {
        int flags = kind == MapKind.LPM_TRIE ? MapSpec.NO_PREALLOCATION : 0;
        return new MapSpec("m", kind, bytes(keySize), bytes(valueSize), entries, flags, new MapRole.Plain());
    }

    private static TestProgram program(String text, MapSpec... maps) {
        Assembly assembly = Assembler.assemble(text);
        return new TestProgram(assembly.instructions(), assembly.references(), List.of(maps));
    }

    @ParameterizedTest
    @CsvSource({"HASH,4,8,5", "HASH,8,16,6", "HASH,20,12,4", "HASH,1,8,3", "PERCPU_HASH,8,8,5",
        "PERCPU_HASH,12,20,4",
        "LRU_HASH,8,8,10000", "LRU_PERCPU_HASH,4,8,10000", "ARRAY,4,8,6", "ARRAY,4,20,6",
        "PERCPU_ARRAY,4,12,6",
        "LPM_TRIE,8,8,6", "LPM_TRIE,6,8,6", "LPM_TRIE,20,8,6", "QUEUE,0,8,4", "QUEUE,0,20,3", "STACK,0,8,4",
        "STACK,0,20,3"})
    void everyCallHasTheKernelsResult(MapKind kind, int keySize, int valueSize, int entries) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder("r9 = r1\n");
            for (int at = 64; at <= 192; at += 8) {
                text.append("*(u64 *)(r10 - " + at + ") = 0\n");
            }
            for (int i = 0; i < CALLS; i++) {
                call(text, i, kind, keySize, random);
            }
            text.append("r0 = 0\nexit\n");
            twin.run(program(text.toString(), map(kind, keySize, valueSize, entries)),
                    new byte[CALLS * BYTES_PER_CALL], kind + " of seed " + seed + "\n" + text);
        }
    }

    /** Writes one call: the key is at r10 - 64, the value at r10 - 128, results go to the memory. */
    private static void call(StringBuilder text, int number, MapKind kind, int keySize,
            SplittableRandom random) {
        key(text, kind, keySize, random);
        long[] flags = {0, 0, 0, 0, 1, 2, 2, 3, 4, 5, 8, -1};
        long flag = flags[random.nextInt(flags.length)];
        int operation = random.nextInt(10);
        boolean queue = kind == MapKind.QUEUE || kind == MapKind.STACK;
        String call;
        if (operation < 5) {
            text.append("*(u64 *)(r10 - 128) = " + random.nextInt(1 << 30) + "\n");
            call = queue ? "push" : "update";
        } else if (operation < 8) {
            call = queue ? "pop" : "delete";
        } else {
            call = queue ? "peek" : "lookup";
        }
        text.append("r1 = map[m] ll\nr2 = r10\nr2 += " + (queue ? -128 : -64)
                + "\nr3 = r10\nr3 += -128\nr4 = " + flag
                + "\n" + (queue ? "r3 = " + flag + "\n" : "") + "call bpf_map_" + call + "_elem\n");
        int at = number * BYTES_PER_CALL;
        if (call.equals("lookup")) {
            text.append("if r0 == 0 goto none" + number + "\nr1 = *(u64 *)(r0 + 0)\n*(u64 *)(r9 + " + (at + 8)
                    + ") = r1\nr0 = 1\nnone" + number + ":\n");
        } else if (queue) {
            text.append("r1 = *(u64 *)(r10 - 128)\n*(u64 *)(r9 + " + (at + 8) + ") = r1\n");
        }
        text.append("*(u64 *)(r9 + " + at + ") = r0\n");
    }

    private static void key(StringBuilder text, MapKind kind, int keySize, SplittableRandom random) {
        if (kind == MapKind.LPM_TRIE) {
            int bits = (keySize - 4) * 8;
            int[] lengths = {0, 1, 7, 8, 9, 15, 16, bits - 1, bits, bits, bits + 1};
            text.append("*(u32 *)(r10 - 64) = " + lengths[random.nextInt(lengths.length)] + "\n");
            byte[] data = {10, random.nextBoolean() ? (byte) 1 : (byte) 0x81};
            text.append("*(u8 *)(r10 - 60) = " + data[0] + "\n*(u8 *)(r10 - 59) = " + (data[1] & 0xff)
                    + "\n*(u8 *)(r10 - "
                    + (64 - keySize + 1) + ") = " + random.nextInt(3) + "\n");
        } else if (keySize > 4) {
            text.append("*(u32 *)(r10 - " + (64 - keySize + 4) + ") = " + random.nextInt(8) + "\n");
        } else if (keySize > 0) {
            text.append("*(u32 *)(r10 - 64) = " + random.nextInt(8) + "\n");
        }
    }

    @Test
    void ringsTakeAndRefuseAsTheKernels() {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder("r9 = r1\n");
            for (int at = 8; at <= 256; at += 8) {
                text.append("*(u64 *)(r10 - " + at + ") = " + at + "\n");
            }
            for (int i = 0; i < CALLS; i++) {
                boolean reserve = random.nextBoolean();
                int length = random.nextInt(1, 100);
                long flags = new long[]{0, 0, 0, 1, 2, 3, 4}[random.nextInt(7)];
                if (reserve) {
                    text.append("r1 = map[m] ll\nr2 = " + (8 + length) + "\nr3 = " + (flags == 4 ? 1 : 0)
                            + "\ncall bpf_ringbuf_reserve\nif r0 == 0 goto none" + i + "\n*(u64 *)(r0 + 0) = "
                            + i
                            + "\n");
                    for (int at = 8; at < 8 + length; at++) {
                        text.append("*(u8 *)(r0 + " + at + ") = " + (at & 0x7f) + "\n");
                    }
                    text.append("r1 = r0\nr2 = 0\ncall bpf_ringbuf_" + (flags == 3 ? "discard" : "submit")
                            + "\nr0 = 1\nnone" + i + ":\n");
                } else {
                    text.append("r1 = map[m] ll\nr2 = r10\nr2 += -256\nr3 = " + length + "\nr4 = " + flags
                            + "\ncall bpf_ringbuf_output\n");
                }
                text.append("*(u64 *)(r9 + " + 16 * i + ") = r0\nr1 = map[m] ll\nr2 = " + random.nextInt(6)
                        + "\ncall bpf_ringbuf_query\n*(u64 *)(r9 + " + (16 * i + 8) + ") = r0\n");
            }
            text.append("r0 = 0\nexit\n");
            twin.run(program(text.toString(), map(MapKind.RINGBUF, 0, 0, 4096)),
                    new byte[CALLS * BYTES_PER_CALL],
                    "seed " + seed);
        }
    }
}
