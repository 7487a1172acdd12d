package io.bpf4j.compiler;

import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.ReferenceArithmetic;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs three-address code the slow and obvious way. An address is the number of a region in the upper half and an
 * offset in the lower one, so that an access outside its region, or through null, fails. The process's memory is the
 * region at {@link #USER}; frames are filled with junk, to show what is read before it is written.
 */
public final class IrInterpreter {
    /** Where the process's memory starts. */
    public static final long USER = 0x7fff_0000_0000L;

    private static final byte JUNK = (byte) 0xa5;
    private static final int STEPS = 1_000_000;

    private final IrUnit unit;
    private final List<ByteBuffer> regions = new ArrayList<>();
    private final Map<String, Map<ByteBuffer, Long>> maps = new HashMap<>();
    private final Map<String, MapSpec> specs = new HashMap<>();
    private final Map<Long, String> reserved = new HashMap<>();
    private final Map<String, List<byte[]>> records = new HashMap<>();
    private final byte[] userMemory;
    private IrProgram running;
    private int steps;
    /** Whether rings are full. */
    public boolean ringsFull;
    /** What the clock says. */
    public long clock = 1000;

    /** Makes an interpreter of a unit in a process with some memory. */
    public IrInterpreter(IrUnit unit, byte... userMemory) {
        this.unit = unit;
        this.userMemory = userMemory;
        regions.add(null);
        for (MapSpec spec : unit.maps()) {
            specs.put(spec.name(), spec);
            Map<ByteBuffer, Long> entries = new HashMap<>();
            maps.put(spec.name(), entries);
            if (spec.kind() == MapKind.ARRAY || spec.kind() == MapKind.PERCPU_ARRAY) {
                for (int i = 0; i < spec.maxEntries(); i++) {
                    byte[] initial = Arrays.copyOf(spec.initialData(), spec.valueSize());
                    entries.put(key(i, 4), region(ByteBuffer.wrap(initial)));
                }
            }
        }
    }

    private long region(ByteBuffer content) {
        regions.add(content.order(ByteOrder.LITTLE_ENDIAN));
        return (long) (regions.size() - 1) << 32;
    }

    static ByteBuffer key(long number, int size) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, number);
        return ByteBuffer.wrap(Arrays.copyOf(buffer.array(), size));
    }

    /** Returns the value of an entry with a number as its key, or null. */
    public ByteBuffer entry(String map, long number) {
        Long address = maps.get(map).get(key(number, specs.get(map).keySize()));
        return address == null ? null : memory(address, specs.get(map).valueSize());
    }

    /** Returns whether a map has a key. */
    public boolean has(String map, byte[] key) {
        return maps.get(map).containsKey(ByteBuffer.wrap(key));
    }

    /** Returns how many entries a map has. */
    public int entries(String map) {
        return maps.get(map).size();
    }

    /** Returns the records in a ring, in order. */
    public List<byte[]> records(String ring) {
        return records.getOrDefault(ring, List.of());
    }

    /** Returns a loss counter's count. */
    public long lost(LossCounter.Kind kind) {
        return unit.losses().stream().filter(loss -> loss.kind() == kind)
                .mapToLong(loss -> entry(".stats", loss.index()).getLong(0)).sum();
    }

    /** Runs the first program on registers. */
    public long run(long... registers) {
        ByteBuffer context = ByteBuffer.allocate(registers.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        context.asLongBuffer().put(registers);
        return run(context.array());
    }

    /** Runs the first program on a context, which is copied. */
    public long run(byte[] context) {
        running = unit.programs().getFirst();
        return call(running.functions().getFirst(), new long[]{region(ByteBuffer.wrap(context.clone()))});
    }

    private ByteBuffer memory(long address, int size) {
        int region = (int) (address >>> 32);
        if (region <= 0 || region >= regions.size()) {
            throw new AssertionError("access to " + Long.toHexString(address));
        }
        ByteBuffer whole = regions.get(region);
        return whole.slice((int) address, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] bytes(long address, int size) {
        byte[] content = new byte[size];
        memory(address, size).get(content);
        return content;
    }

    private long call(IrFunction function, long[] arguments) {
        Map<Integer, Long> values = new HashMap<>();
        Map<Slot, Long> slots = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            values.put(function.parameters().get(i).id(), arguments[i]);
        }
        Frame frame = new Frame(values, slots);
        Map<Integer, Block> blocks = new HashMap<>();
        function.blocks().forEach(block -> blocks.put(block.id(), block));
        Block block = function.blocks().getFirst();
        while (true) {
            for (Instruction instruction : block.instructions()) {
                if (++steps > STEPS) {
                    throw new AssertionError("runs for ever");
                }
                step(instruction, frame);
            }
            switch (block.end()) {
                case Terminator.Jump jump -> block = blocks.get(jump.target());
                case Terminator.Branch branch ->
                    block = blocks.get(ReferenceArithmetic.holds(branch.condition(), branch.wide(),
                            frame.get(branch.left()), frame.get(branch.right()))
                                    ? branch.whenTrue()
                                    : branch.whenFalse());
                case Terminator.Return exit -> {
                    return frame.get(exit.value());
                }
            }
        }
    }

    private final class Frame {
        private final Map<Integer, Long> values;
        private final Map<Slot, Long> slots;

        Frame(Map<Integer, Long> values, Map<Slot, Long> slots) {
            this.values = values;
            this.slots = slots;
        }

        long get(Operand operand) {
            return switch (operand) {
                case Operand.Constant constant -> constant.value();
                case Value value -> {
                    Long content = values.get(value.id());
                    if (content == null) {
                        throw new AssertionError(value + " is read before it is assigned");
                    }
                    yield content;
                }
            };
        }

        void set(Value value, long content) {
            values.put(value.id(), content);
        }

        long address(Base base, int offset) {
            return switch (base) {
                case Value value -> get(value) + offset;
                case Slot slot -> slots.computeIfAbsent(slot, ignored -> {
                    byte[] junk = new byte[slot.size()];
                    Arrays.fill(junk, JUNK);
                    return region(ByteBuffer.wrap(junk));
                }) + offset;
            };
        }
    }

    private void step(Instruction instruction, Frame frame) {
        switch (instruction) {
            case Instruction.Copy copy -> frame.set(copy.result(), frame.get(copy.source()));
            case Instruction.Binary binary ->
                frame.set(binary.result(), ReferenceArithmetic.apply(binary.operation(),
                        binary.wide(), frame.get(binary.left()), frame.get(binary.right())));
            case Instruction.Negate negate -> frame.set(negate.result(), ReferenceArithmetic
                    .apply(AluOperation.SUBTRACT, negate.wide(), 0, frame.get(negate.operand())));
            case Instruction.Extend extend -> frame.set(extend.result(),
                    ReferenceArithmetic.extend(extend.bits(), extend.signed(), frame.get(extend.operand())));
            case Instruction.ByteSwap swap -> frame.set(swap.result(),
                    ReferenceArithmetic.swap(swap.order(), swap.bits(), frame.get(swap.operand())));
            case Instruction.Compare compare ->
                frame.set(compare.result(), ReferenceArithmetic.holds(compare.condition(),
                        compare.wide(), frame.get(compare.left()), frame.get(compare.right())) ? 1 : 0);
            case Instruction.Load load -> frame.set(load.result(),
                    load(frame.address(load.base(), load.offset()), load.width(), load.signed()));
            case Instruction.Store store -> store(frame.address(store.base(), store.offset()), store.width(),
                    frame.get(store.value()));
            case Instruction.Atomic atomic -> atomic(atomic, frame);
            case Instruction.SlotAddress address ->
                frame.set(address.result(), frame.address(address.slot(), address.offset()));
            case Instruction.MapReference reference ->
                frame.set(reference.result(), unit.maps().indexOf(specs.get(reference.map())));
            case Instruction.MapValueAddress address -> frame.set(address.result(),
                    maps.get(address.map()).get(key(0, 4)) + address.offset());
            case Instruction.CallHelper call -> {
                long[] arguments = call.arguments().stream().mapToLong(frame::get).toArray();
                long result = help(call.helper(), arguments);
                call.result().ifPresent(value -> frame.set(value, result));
            }
            case Instruction.CallFunction call -> {
                long[] arguments = call.arguments().stream().mapToLong(frame::get).toArray();
                IrFunction callee = running.functions().stream()
                        .filter(function -> function.name().equals(call.function())).findFirst()
                        .orElseThrow();
                long result = call(callee, arguments);
                call.result().ifPresent(value -> frame.set(value, result));
            }
        }
    }

    private long load(long address, Width width, boolean signed) {
        ByteBuffer memory = memory(address, width.bytes());
        long raw = switch (width) {
            case BYTE -> memory.get(0);
            case HALF -> memory.getShort(0);
            case WORD -> memory.getInt(0);
            case DOUBLE -> memory.getLong(0);
        };
        return ReferenceArithmetic.extend(width.bytes() * Byte.SIZE, signed, raw);
    }

    private void store(long address, Width width, long value) {
        ByteBuffer memory = memory(address, width.bytes());
        for (int i = 0; i < width.bytes(); i++) {
            memory.put(i, (byte) (value >>> i * Byte.SIZE));
        }
    }

    private void atomic(Instruction.Atomic atomic, Frame frame) {
        long address = frame.address(atomic.base(), atomic.offset());
        long old = load(address, atomic.width(), false);
        long operand = frame.get(atomic.operand());
        long expected = ReferenceArithmetic.extend(atomic.width().bytes() * Byte.SIZE, false,
                atomic.expected().map(frame::get).orElse(0L));
        store(address, atomic.width(), switch (atomic.operation()) {
            case ADD -> old + operand;
            case OR -> old | operand;
            case AND -> old & operand;
            case XOR -> old ^ operand;
            case EXCHANGE -> operand;
            case COMPARE_EXCHANGE -> old == expected ? operand : old;
        });
        atomic.result().ifPresent(result -> frame.set(result, old));
    }

    private long help(Helper helper, long[] arguments) {
        return switch (helper) {
            case MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM -> helpMap(helper, arguments);
            case KTIME_GET_NS -> clock++;
            case GET_CURRENT_PID_TGID -> 42L << 32 | 43;
            case GET_CURRENT_UID_GID -> 100L << 32 | 1000;
            case GET_SMP_PROCESSOR_ID -> 1;
            case GET_PRANDOM_U32 -> 4;
            case GET_CURRENT_COMM -> {
                memory(arguments[0], 16).put(Arrays.copyOf("java".getBytes(), 16));
                yield 0;
            }
            case PROBE_READ_USER -> readUser(arguments, false);
            case PROBE_READ_USER_STR -> readUser(arguments, true);
            case PROBE_READ_KERNEL -> {
                memory(arguments[0], (int) arguments[1]).put(bytes(arguments[2], (int) arguments[1]));
                yield 0;
            }
            case RINGBUF_RESERVE -> {
                if (ringsFull) {
                    yield 0;
                }
                byte[] junk = new byte[(int) arguments[1]];
                Arrays.fill(junk, JUNK);
                long address = region(ByteBuffer.wrap(junk));
                reserved.put(address, name(arguments[0]));
                yield address;
            }
            case RINGBUF_SUBMIT -> {
                String ring = reserved.remove(arguments[0]);
                byte[] content = regions.get((int) (arguments[0] >>> 32)).array();
                records.computeIfAbsent(ring, ignored -> new ArrayList<>()).add(content);
                yield 0;
            }
            case RINGBUF_DISCARD -> reserved.remove(arguments[0]) == null ? 1 : 0;
            case RINGBUF_OUTPUT -> output(arguments[0], arguments[1], arguments[2]);
            case PERF_EVENT_OUTPUT -> output(arguments[1], arguments[3], arguments[4]);
            default -> throw new AssertionError("no " + helper);
        };
    }

    private String name(long map) {
        return unit.maps().get((int) map).name();
    }

    private long output(long map, long address, long size) {
        if (ringsFull) {
            return -11;
        }
        records.computeIfAbsent(name(map), ignored -> new ArrayList<>()).add(bytes(address, (int) size));
        return 0;
    }

    private long helpMap(Helper helper, long[] arguments) {
        MapSpec spec = unit.maps().get((int) arguments[0]);
        Map<ByteBuffer, Long> entries = maps.get(spec.name());
        ByteBuffer key = ByteBuffer.wrap(bytes(arguments[1], spec.keySize()));
        if (helper == Helper.MAP_LOOKUP_ELEM) {
            return entries.getOrDefault(key, 0L);
        }
        if (helper == Helper.MAP_DELETE_ELEM) {
            return entries.remove(key) == null ? -2 : 0;
        }
        byte[] value = bytes(arguments[2], spec.valueSize());
        if (arguments[3] == 1 && entries.containsKey(key)) {
            return -17;
        }
        if (!entries.containsKey(key) && entries.size() >= spec.maxEntries()) {
            return -7;
        }
        if (entries.containsKey(key)) {
            memory(entries.get(key), value.length).put(value);
        } else {
            entries.put(key, region(ByteBuffer.wrap(value)));
        }
        return 0;
    }

    /** As the kernel: zeros where memory cannot be read; text ends at its NUL, and nothing behind it is touched. */
    private long readUser(long[] arguments, boolean text) {
        int size = (int) arguments[1];
        ByteBuffer to = memory(arguments[0], size);
        long start = arguments[2] - USER;
        if (start < 0 || start >= userMemory.length || !text && start + size > userMemory.length) {
            to.put(new byte[size]);
            return -14;
        }
        for (int i = 0; i < size; i++) {
            byte one = start + i < userMemory.length ? userMemory[(int) start + i] : 0;
            to.put(i, text && i == size - 1 ? 0 : one);
            if (text && one == 0) {
                return i + 1;
            }
        }
        return text ? size : 0;
    }
}
