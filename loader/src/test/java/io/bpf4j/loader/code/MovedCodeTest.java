package io.bpf4j.loader.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Segment;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.vm.patch.Block;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Patches each function of a small library at each of its instructions, in a copy of its own in this process, and calls
 * it: the results have to be those of the function before, and a counter between the moved instructions has to run.
 */
class MovedCodeTest {

    private static final int ROOM = 4096;
    private static final String OPTIONS = "-shared -fPIC -nostdlib -ffreestanding -fno-stack-protector -Wl,-z,defs "
            + "-Wl,-Bsymbolic -Wl,-z,max-page-size=4096";

    /** Counts at an address, and leaves registers, flags and the red zone alone. */
    private static final String COUNT = "488d6424805051" + "48b8%s"
            + "488b08488d4901488908" + "5958" + "488da42480000000";

    @TempDir
    static Path folder;

    private final LinuxKernel kernel = LinuxKernel.instance();
    private int jumps;
    private int shortJumps;
    private int breakpoints;
    private int refusals;

    /** The library as a process has it, in one block of memory that also holds the code that it is led to. */
    private final class Copy implements AutoCloseable {
        final NativeCode code;
        final ModuleText module;
        final ByteBuffer image;
        final long codeStart;

        Copy(ElfFile file) {
            long end = file.segments().stream().filter(s -> s.type() == Segment.LOAD)
                    .mapToLong(s -> s.address() + s.memorySize()).max().orElseThrow();
            int size = (int) (end + ROOM - 1 & -ROOM) + ROOM;
            code = new NativeCode(kernel, size);
            codeStart = code.address() + size - ROOM;
            module = ModuleReader.read(file, code.address()).get(0);
            image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
            for (Block block : Stream.concat(Stream.of(module.text()), module.data().stream()).toList()) {
                put(block.address(), block.bytes());
            }
        }

        void put(long address, byte[] bytes) {
            image.put((int) (address - code.address()), bytes);
        }

        void carryOut(PatchPlan.Patch patch, byte[] between) {
            byte[] before = patch.detour().before().at(codeStart);
            put(codeStart, before);
            put(codeStart + before.length, between);
            long rest = codeStart + before.length + between.length;
            put(rest, patch.detour().after().at(rest));
            for (Edit edit : patch.edits(codeStart)) {
                put(edit.address(), edit.replacement());
            }
        }

        void seal() {
            code.seal(image.array());
        }

        @Override
        public void close() {
            code.close();
        }
    }

    private static Path resource(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = MovedCodeTest.class.getResourceAsStream(name)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private static List<String> functions(ElfFile file) {
        List<String> names = new ArrayList<>();
        file.dynamicSymbols().orElseThrow().forEach(symbol -> {
            if (symbol.isDefined() && symbol.type().isFunction() && !symbol.name().equals("many")) {
                names.add(symbol.name());
            }
        });
        return names;
    }

    private static Range range(ElfFile file, String name, long bias) {
        var symbol = file.dynamicSymbols().orElseThrow().find(name).get(0);
        return new Range(symbol.address() + bias, symbol.address() + bias + symbol.size());
    }

    private static long[] arguments() {
        Random random = new Random(5);
        return LongStream.concat(LongStream.rangeClosed(-20, 40),
                LongStream.generate(() -> random.nextLong() >> random.nextInt(64)).limit(60)).toArray();
    }

    private static long[] call(long function, long[] arguments) {
        return LongStream.of(arguments).map(argument -> NativeCode.call(function, argument)).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gcc -O0", "gcc -O1 -fcf-protection", "gcc -O2", "gcc -Os",
        "gcc -O2 -fno-omit-frame-pointer",
        "clang -O0", "clang -O2"})
    void functionsPatchedAtAnyInstructionGiveTheSameResults(String compiler) throws IOException {
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(List.of(OPTIONS.split(" ")));
        command.addAll(
                List.of("-o", "moved.so", resource("moved.c").toString(), resource("moved.s").toString()));
        BinarySamples.output(folder, command.toArray(String[]::new));
        try (var file = ElfFile.open(folder.resolve("moved.so"));
                var counter = new NativeBlock(kernel, ROOM);
                var original = new Copy(file)) {
            original.seal();
            for (String name : functions(file)) {
                long[] expected = call(range(file, name, original.code.address()).start(), arguments());
                int count = FunctionCode
                        .of(original.module.text(), range(file, name, original.code.address()))
                        .count();
                for (int i = 0; i < count; i++) {
                    patch(file, name, i, counter, expected);
                }
            }
        }
        System.out.printf("%s: %d jumps, %d short jumps, %d breakpoints, %d refusals%n", compiler, jumps,
                shortJumps,
                breakpoints, refusals);
        assertTrue(jumps > 250 && shortJumps > 0, () -> jumps + " jumps, " + shortJumps + " short jumps");
    }

    private void patch(ElfFile file, String name, int index, NativeBlock counter, long[] expected) {
        try (var copy = new Copy(file)) {
            Range range = range(file, name, copy.code.address());
            FunctionCode function = FunctionCode.of(copy.module.text(), range);
            PatchPlan plan = new PatchPlanner(CodeMap.of(copy.module)).at(function, function.address(index));
            switch (plan) {
                case PatchPlan.Jump jump -> jumps++;
                case PatchPlan.ShortJump jump -> shortJumps++;
                case PatchPlan.Breakpoint breakpoint -> breakpoints++;
                case Refusal refusal -> refusals++;
            }
            if (plan instanceof PatchPlan.Patch patch && !(plan instanceof PatchPlan.Breakpoint)) {
                counter.memory().putLong(counter.memory().base(), 0);
                byte[] address = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(counter.memory().base()).array();
                copy.carryOut(patch,
                        HexFormat.of().parseHex(COUNT.formatted(HexFormat.of().formatHex(address))));
                copy.seal();
                long[] results = call(range.start(), arguments());
                for (int i = 0; i < results.length; i++) {
                    assertEquals(expected[i], results[i], name + " patched at its instruction " + index);
                }
                if (index == 0) {
                    assertTrue(counter.memory().getLong(counter.memory().base()) >= results.length,
                            name + " has " + counter.memory().getLong(counter.memory().base()) + " hits");
                }
            }
        }
    }
}
