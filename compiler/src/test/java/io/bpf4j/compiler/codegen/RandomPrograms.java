package io.bpf4j.compiler.codegen;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function.Parameter;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Makes well-formed programs that compute a number from five words of a socket buffer's control block. */
final class RandomPrograms {

    static final SourceFile FILE = new SourceFile("random.probe", "");
    static final Span AT = new Span(FILE, 1, 1, 1, 1);
    /** Where {@code struct __sk_buff} has {@code cb} (include/uapi/linux/bpf.h). */
    static final int INPUT_OFFSET = 48;
    static final int INPUT_WORDS = 5;

    private static final long[] NOTABLE = {0, 1, -1, 2, 7, 8, 31, 32, 33, 63, 64, 255, 256, 0xffff,
        0x7fff_ffffL,
        0x8000_0000L, 0xffff_ffffL, 0x1_0000_0000L, Long.MIN_VALUE, Long.MAX_VALUE, -2, -128,
        0x1234_5678_9abcL};

    private final Random random;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Value> variables = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final boolean callsAllowed;
    private List<Instruction> pending = new ArrayList<>();
    private int current;
    private int nextBlock = 1;
    private int nextValue;
    private int budget;

    private RandomPrograms(Random random, int budget, boolean callsAllowed) {
        this.random = random;
        this.budget = budget;
        this.callsAllowed = callsAllowed;
    }

    /** Makes the program of a seed. */
    static IrProgram of(long seed) {
        Random random = new Random(seed);
        int size = 5 + random.nextInt(60);
        IrFunction callee = new RandomPrograms(random, 1 + random.nextInt(12), false).callee();
        IrFunction main = new RandomPrograms(random, size, true).main(2 + random.nextInt(16));
        boolean called = main.blocks().stream().flatMap(block -> block.instructions().stream())
                .anyMatch(instruction -> instruction instanceof Instruction.CallFunction);
        return new IrProgram("random", ProgramType.SOCKET_FILTER, new AttachSpec.Begin(),
                called ? List.of(main, callee) : List.of(main));
    }

    private Value fresh() {
        return new Value(nextValue++);
    }

    private IrFunction callee() {
        List<Value> parameters = List.of(fresh(), fresh(), fresh());
        for (Value parameter : parameters) {
            Value copy = fresh();
            pending.add(new Instruction.Copy(copy, parameter, AT));
            variables.add(copy);
        }
        body();
        finish(new Terminator.Return(pick(), AT));
        List<Parameter> signature = parameters.stream()
                .map(value -> new Parameter("p" + value.id(), IntType.U64)).toList();
        return new IrFunction("callee", parameters, signature, IntType.U64, blocks, AT);
    }

    private IrFunction main(int count) {
        Value context = fresh();
        for (int index = 0; index < count; index++) {
            Value variable = fresh();
            if (index < INPUT_WORDS) {
                pending.add(new Instruction.Load(variable, Width.WORD, random.nextBoolean(), context,
                        INPUT_OFFSET + 4 * index, AT));
            } else {
                pending.add(new Instruction.Copy(variable, number(), AT));
            }
            variables.add(variable);
        }
        for (int index = random.nextInt(4); index > 0; index--) {
            Slot slot = new Slot(slots.size(), 8 * (1 + random.nextInt(3)), 8, "s" + slots.size(), AT);
            for (int offset = 0; offset < slot.size(); offset += 8) {
                pending.add(new Instruction.Store(Width.DOUBLE, slot, offset, pick(), AT));
            }
            slots.add(slot);
        }
        body();
        Value sum = fresh();
        pending.add(new Instruction.Copy(sum, constant(0), AT));
        for (Value variable : variables) {
            pending.add(new Instruction.Binary(sum, AluOperation.MULTIPLY, true, sum, constant(31), AT));
            pending.add(new Instruction.Binary(sum, AluOperation.ADD, true, sum, variable, AT));
        }
        Value high = fresh();
        pending.add(new Instruction.Binary(high, AluOperation.SHIFT_RIGHT, true, sum, constant(32), AT));
        pending.add(new Instruction.Binary(sum, AluOperation.XOR, true, sum, high, AT));
        finish(new Terminator.Return(sum, AT));
        return new IrFunction("main", List.of(context), List.of(new Parameter("context", IntType.U64)),
                IntType.S32,
                blocks, AT);
    }

    private void finish(Terminator end) {
        blocks.add(new Block(current, pending, end));
        pending = new ArrayList<>();
    }

    private Value pick() {
        return variables.get(random.nextInt(variables.size()));
    }

    /** Mostly an old variable to assign again, so that registers are used up and values have several definitions. */
    private Value target() {
        return pick();
    }

    private Operand.Constant number() {
        long value = NOTABLE[random.nextInt(NOTABLE.length)];
        return constant(random.nextInt(4) == 0 ? random.nextLong() >> random.nextInt(64) : value);
    }

    private Operand operand() {
        return random.nextInt(3) == 0 ? number() : pick();
    }

    private void body() {
        while (budget > 0) {
            budget--;
            switch (random.nextInt(12)) {
                case 0, 1 -> branch();
                case 2 -> loop();
                default -> straight();
            }
        }
    }

    private void branch() {
        int yes = nextBlock++;
        int no = nextBlock++;
        int join = nextBlock++;
        finish(new Terminator.Branch(condition(), random.nextBoolean(), operand(), operand(), yes, no, AT));
        current = yes;
        section();
        finish(new Terminator.Jump(join, AT));
        current = no;
        section();
        finish(new Terminator.Jump(join, AT));
        current = join;
    }

    private void loop() {
        Value counter = fresh();
        int head = nextBlock++;
        int inside = nextBlock++;
        int after = nextBlock++;
        pending.add(new Instruction.Copy(counter, constant(0), AT));
        finish(new Terminator.Jump(head, AT));
        current = head;
        finish(new Terminator.Branch(Condition.LESS, true, counter, constant(1 + random.nextInt(5)), inside,
                after, AT));
        current = inside;
        section();
        pending.add(new Instruction.Binary(counter, AluOperation.ADD, true, counter, constant(1), AT));
        finish(new Terminator.Jump(head, AT));
        current = after;
    }

    private void section() {
        for (int count = random.nextInt(4); count > 0; count--) {
            straight();
        }
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private Condition condition() {
        return any(Condition.values());
    }

    private void straight() {
        switch (random.nextInt(callsAllowed ? 14 : 10)) {
            case 0 -> pending.add(new Instruction.Copy(target(), operand(), AT));
            case 1 -> pending.add(new Instruction.Negate(target(), random.nextBoolean(), operand(), AT));
            case 2 ->
                pending.add(new Instruction.Extend(target(), 8 << random.nextInt(3), random.nextBoolean(),
                        operand(), AT));
            case 3 ->
                pending.add(new Instruction.ByteSwap(target(), any(Order.values()), 16 << random.nextInt(3),
                        operand(), AT));
            case 4 ->
                pending.add(new Instruction.Compare(target(), condition(), random.nextBoolean(), operand(),
                        operand(), AT));
            case 5, 6 -> memory();
            case 10 ->
                pending.add(new Instruction.CallHelper(Optional.empty(), Helper.KTIME_GET_NS, List.of(), AT));
            case 11 -> pending.add(new Instruction.CallFunction(Optional.of(target()), "callee",
                    List.of(operand(), operand(), operand()), AT));
            case 12 -> addressed();
            default -> arithmetic();
        }
    }

    private void arithmetic() {
        AluOperation operation;
        do {
            operation = any(AluOperation.values());
        } while (operation == AluOperation.MOVE);
        pending.add(
                new Instruction.Binary(target(), operation, random.nextBoolean(), operand(), operand(), AT));
    }

    private void memory() {
        if (slots.isEmpty()) {
            arithmetic();
            return;
        }
        Slot slot = slots.get(random.nextInt(slots.size()));
        Width width = any(Width.values());
        int offset = random.nextInt(slot.size() / width.bytes()) * width.bytes();
        switch (random.nextInt(3)) {
            case 0 -> pending.add(new Instruction.Store(width, slot, offset, operand(), AT));
            case 1 -> atomic(slot, offset, width);
            default -> pending
                    .add(new Instruction.Load(target(), width, width != Width.DOUBLE && random.nextBoolean(),
                            slot, offset, AT));
        }
    }

    private void atomic(Slot slot, int offset, Width width) {
        Width allowed = width.bytes() == 8 ? Width.DOUBLE : Width.WORD;
        AtomicOperation operation = any(AtomicOperation.values());
        boolean result = operation.alwaysFetches() || random.nextBoolean();
        pending.add(new Instruction.Atomic(result ? Optional.of(target()) : Optional.empty(), operation,
                allowed, slot,
                offset & -allowed.bytes(), operand(),
                operation == AtomicOperation.COMPARE_EXCHANGE ? Optional.of(operand()) : Optional.empty(),
                AT));
    }

    private void addressed() {
        if (slots.isEmpty()) {
            arithmetic();
            return;
        }
        Slot slot = slots.get(random.nextInt(slots.size()));
        Value address = fresh();
        pending.add(new Instruction.SlotAddress(address, slot, 0, AT));
        Value moved = fresh();
        pending.add(new Instruction.Binary(moved, AluOperation.ADD, true, address, constant(4), AT));
        if (random.nextBoolean()) {
            pending.add(new Instruction.Store(Width.WORD, moved, 0, operand(), AT));
        }
        pending.add(new Instruction.Load(target(), Width.WORD, random.nextBoolean(), moved, 0, AT));
    }
}
