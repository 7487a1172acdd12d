package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ArgumentKind;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;

/**
 * A machine on which everything that a program does not control is against it: contexts, map contents, what helpers
 * find and return. Helpers check all memory that they are given, to the last byte.
 */
public final class HostileMachine {

    private static final long BASE = 0x2000_0000L;
    private static final int CONTEXT_BYTES = 8192;
    private static final int RECORD_AREA = 1 << 16;
    private static final long[] NUMBERS = {0, 1, -1, 7, 8, 39, 40, 41, 47, 48, 63, 64, 255, 256, 4095, -4095,
        65535,
        0x7fffffffL, 0x80000000L, 0xffffffffL, 0x100000000L, Long.MIN_VALUE, Long.MAX_VALUE};

    private final Random random;
    private final VerifierInput input;
    private final Memory memory;
    private final Machine machine;
    private final Execution execution;
    private final long records;
    private final List<Long> held = new ArrayList<>();
    private int reserved;

    /** Makes the machine. */
    public HostileMachine(List<MapSpec> maps, VerifierInput input, long seed) {
        this.random = new Random(seed);
        this.input = input;
        int size = Execution.bytes(CONTEXT_BYTES) + RECORD_AREA
                + maps.stream().mapToInt(HostileMap::bytes).sum();
        memory = Memory.allocate(size, BASE);
        long next = BASE + Execution.bytes(CONTEXT_BYTES);
        records = next;
        next += RECORD_AREA;
        List<BpfMap> made = new ArrayList<>();
        for (MapSpec spec : maps) {
            made.add(new HostileMap(spec, next, random));
            next += HostileMap.bytes(spec);
        }
        HelperTable helpers = HelperTable.EMPTY;
        for (Helper helper : Helper.values()) {
            helpers = helpers.with(helper,
                    (run, r1, r2, r3, r4, r5) -> call(helper, new long[]{r1, r2, r3, r4, r5}));
        }
        machine = new Machine(memory, new MapTable(made), helpers);
        execution = new Execution(machine, null, BASE, CONTEXT_BYTES, 0);
    }

    /** Runs a program on fresh enemies; throws what it traps with, or if it keeps a record. */
    public void run(Program program) {
        randomise();
        byte[] context = new byte[Math.min(input.context().size(), CONTEXT_BYTES)];
        for (int i = 0; i < context.length; i += Long.BYTES) {
            long number = number();
            for (int j = i; j < Math.min(i + Long.BYTES, context.length); j++) {
                context[j] = (byte) (number >>> (j - i) * Byte.SIZE);
            }
        }
        held.clear();
        long address = execution.setContext("the context", context, false);
        new Interpreter().prepare(program, machine).run(execution, address, 0);
        if (!held.isEmpty()) {
            throw new IllegalStateException("keeps a record");
        }
    }

    private void randomise() {
        for (BpfMap map : machine.maps().all()) {
            byte[] data = map.spec().initialData();
            Region region = map.regions().getFirst();
            for (long at = region.start(); at < region.end(); at += Long.BYTES) {
                memory.putLong(at, number());
            }
            if (data.length > 0) {
                memory.putBytes(region.start(), data);
            }
        }
    }

    private long number() {
        return random.nextInt(3) == 0 ? random.nextLong() : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    private long call(Helper helper, long[] given) {
        List<ArgumentKind> kinds = helper.arguments();
        HostileMap map = null;
        long key = -1;
        long size = 0;
        for (int i = 0; i < kinds.size(); i++) {
            switch (kinds.get(i)) {
                case MAP -> map = (HostileMap) machine.maps().byHandle(given[i]);
                case MAP_KEY -> {
                    execution.check(given[i], map.spec().keySize(), false);
                    key = map.spec().keySize() == Integer.BYTES ? memory.getInt(given[i]) & 0xffff_ffffL : -1;
                }
                case MAP_VALUE -> execution.check(given[i], map.spec().valueSize(), false);
                case UNINITIALISED_MAP_VALUE -> fill(given[i], map.spec().valueSize());
                case LONG_RESULT -> fill(given[i], Long.BYTES);
                case SIZE, SIZE_OR_ZERO -> {
                    size = given[i];
                    memory(kinds.get(i - 1), given[i - 1], size);
                }
                case CONTEXT -> require(given[i] == execution.contextRegion().start(), "not the context");
                case CONSTANT_STRING -> text(given[i]);
                case RING_RECORD -> {
                    require(held.remove(given[i]), "gives back what it does not hold");
                    execution.removeRecord(given[i]);
                }
                default -> {
                    // Takes anything.
                }
            }
        }
        callBack(helper, given, map);
        return result(helper, map, key, size, given);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Fault(TrapException.Kind.BAD_ARGUMENT, otherwise);
        }
    }

    private void memory(ArgumentKind kind, long address, long size) {
        require(size >= 0, "a negative size");
        switch (kind) {
            case MEMORY, MEMORY_OR_NULL -> execution.check(address, size, false);
            default -> fill(address, size);
        }
    }

    private void fill(long address, long size) {
        execution.check(address, size, true);
        ToIntFunction<Random> source = Random::nextInt;
        for (long at = address; at < address + size; at++) {
            memory.putBytes(at, new byte[]{(byte) source.applyAsInt(random)});
        }
    }

    private void text(long address) {
        for (long at = address;; at++) {
            execution.check(at, 1, false);
            if (memory.getBytes(at, 1)[0] == 0) {
                return;
            }
        }
    }

    private void callBack(Helper helper, long[] given, HostileMap map) {
        int rounds = random.nextInt(4);
        if (helper == Helper.LOOP) {
            for (long round = 0; round < rounds && Long.compareUnsigned(round, given[0]) < 0; round++) {
                execution.callBack(given[1], random.nextBoolean() ? round : round + 1, given[2], 0, 0);
            }
        } else if (helper == Helper.FOR_EACH_MAP_ELEM) {
            for (int round = 0; round < rounds; round++) {
                long key = records + RECORD_AREA - Long.BYTES;
                Region shown = new Region("the key", key, map.spec().keySize(), false);
                execution.addRecord(shown);
                execution.callBack(given[1], given[0], key, map.value(), given[2]);
                execution.removeRecord(key);
            }
        }
    }

    private long result(Helper helper, HostileMap map, long key, long size, long[] given) {
        return switch (helper.returns()) {
            case MAP_VALUE_OR_NULL -> map.value(key);
            case RING_RECORD_OR_NULL -> reserve(given[1]);
            case INTEGER -> switch (helper) {
                case GET_STACK, PROBE_READ_STR, PROBE_READ_USER_STR,
                        PROBE_READ_KERNEL_STR ->
                    random.nextBoolean()
                            ? -1 - random.nextInt(4095)
                            : random.nextLong(size + 1);
                case GET_SMP_PROCESSOR_ID -> random.nextInt(input.policy().processors());
                default -> number();
            };
            default -> number();
        };
    }

    private long reserve(long size) {
        long room = Math.ceilDiv(size & 0xffff_ffffL, Long.BYTES) * Long.BYTES + 64;
        if (random.nextInt(3) == 0 || reserved + room > RECORD_AREA - 64) {
            reserved = held.isEmpty() ? 0 : reserved;
            return 0;
        }
        long start = records + reserved;
        reserved += (int) room;
        execution.addRecord(new Region("a record", start, size, true));
        held.add(start);
        return start;
    }
}
