package io.bpf4j.loader.testrun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.inprocess.SelfContainedEngine;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.testrun.Outcome.Entry;
import io.bpf4j.loader.testrun.Outcome.Finished;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Environment;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.map.RingReader;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Runs a program in the kernel and in user space, and requires that nothing differs. */
final class Twin {

    private static final long BASE = 0x10_0000_0000L;
    private static final int PAGE = 4096;

    private final TestRunner kernel;
    private final Environment environment;

    Twin(TestRunner kernel, SystemEnvironment environment) {
        this.kernel = kernel;
        this.environment = environment;
    }

    /** Runs a program in both; returns what came out of the kernel. */
    Finished run(TestProgram program, byte[] memory, String what) {
        Finished expected = runInterpreted(program, memory, what);
        assertSame(program, expected, runAsMachineCode(program, memory), what + " as machine code");
        return expected;
    }

    /** Runs a program in the kernel and the interpreter only. */
    Finished runInterpreted(TestProgram program, byte[] memory, String what) {
        Finished expected = assertInstanceOf(Finished.class, kernel.run(program, memory), what);
        assertSame(program, expected, runInUserSpace(program, memory), what);
        return expected;
    }

    private static void assertSame(TestProgram program, Finished expected, Finished actual, String what) {
        assertEquals(expected.r0(), actual.r0(), what);
        assertArrayEquals(expected.memory(), actual.memory(), what);
        for (MapSpec spec : program.maps()) {
            assertEquals(sorted(spec, expected.maps().get(spec.name())),
                    sorted(spec, actual.maps().get(spec.name())), what);
        }
    }

    /** Runs a program and its helpers as they run in traced processes. */
    Finished runAsMachineCode(TestProgram program, byte[] bytes) {
        int size = (int) MapArena.bytes(program.maps(), Cpus.possible().length) + Execution.bytes(PAGE);
        LinuxKernel system = LinuxKernel.instance();
        try (NativeBlock block = new NativeBlock(system, size);
                var engine = new SelfContainedEngine(system, HostProcessor.features(), Optional.empty())) {
            return run(program, bytes, block.memory(), engine, Checking.NONE);
        }
    }

    Finished runInUserSpace(TestProgram program, byte[] bytes) {
        int shards = Cpus.possible().length;
        int arenaBytes = (int) MapArena.bytes(program.maps(), shards);
        Memory memory = Memory.allocate(arenaBytes + Execution.bytes(PAGE), BASE);
        return run(program, bytes, memory, new Interpreter(), Checking.FULL);
    }

    private Finished run(TestProgram program, byte[] bytes, Memory memory, Engine engine, Checking checking) {
        int shards = Cpus.possible().length;
        long base = memory.base();
        MapArena arena = MapArena.create(memory, base, program.maps(), shards);
        Machine machine = new Machine(memory, arena.table(), StandardHelpers.table());
        Execution execution = new Execution(machine, environment,
                base + MapArena.bytes(program.maps(), shards), PAGE, 0);
        Program whole = new Program("test", ProgramType.RAW_TRACEPOINT, new AttachSpec.Manual(),
                program.instructions(), program.references(), List.of(), List.of());
        long address = execution.setContext("the memory", bytes, true);
        long result = engine.prepare(Unproved.program(whole, machine, checking))
                .run(execution, bytes.length == 0 ? 0 : address, bytes.length);
        var entries = new HashMap<String, List<Entry>>();
        arena.maps().forEach(map -> entries.put(map.spec().name(), contents(map)));
        return new Finished(result, execution.context(), entries, 0);
    }

    private static List<Entry> contents(ArenaMap map) {
        List<Entry> entries = new ArrayList<>();
        switch (map.spec().kind()) {
            case PROG_ARRAY, PERF_EVENT_ARRAY -> {
            }
            case RINGBUF -> new RingReader((RingMap) map).drain((buffer, offset, length) -> {
                byte[] record = new byte[length];
                buffer.get(offset, record);
                entries.add(new Entry(new byte[0], record));
            });
            case QUEUE, STACK -> {
                for (Optional<byte[]> next = map.pop(); next.isPresent(); next = map.pop()) {
                    entries.add(new Entry(new byte[0], next.get()));
                }
            }
            default -> map.entries((key, value) -> entries.add(new Entry(key, value)));
        }
        return entries;
    }

    /** Clears what is behind a prefix: the kernel keeps it as it was given, maps in user space do not. */
    private static byte[] masked(byte[] key) {
        byte[] masked = key.clone();
        for (int bit = key[0] & 0xff; bit < (key.length - Integer.BYTES) * Byte.SIZE; bit++) {
            masked[Integer.BYTES + bit / Byte.SIZE] &= (byte) ~(0x80 >> bit % Byte.SIZE);
        }
        return masked;
    }

    /** Returns entries as text: in order of keys where the map has none, and with the CPUs' values in any order. */
    private static List<String> sorted(MapSpec spec, List<Entry> entries) {
        HexFormat hex = HexFormat.of();
        List<String> texts = new ArrayList<>();
        for (Entry entry : entries) {
            List<String> values = new ArrayList<>();
            int stride = spec.kind().perCpu() ? spec.valueSize() + 7 & -8 : entry.value().length;
            for (int at = 0; at < entry.value().length; at += Math.max(stride, 1)) {
                values.add(hex.formatHex(Arrays.copyOfRange(entry.value(), at, at + spec.valueSize())));
            }
            if (spec.valueSize() == 0) {
                values = List.of(hex.formatHex(entry.value()));
            }
            values = new ArrayList<>(values);
            values.sort(Comparator.naturalOrder());
            texts.add(hex.formatHex(spec.kind() == MapKind.LPM_TRIE ? masked(entry.key()) : entry.key()) + "="
                    + values);
        }
        if (spec.keySize() > 0) {
            texts.sort(Comparator.naturalOrder());
        }
        return texts;
    }
}
