package io.bpf4j.vm.differential;

import static io.bpf4j.vm.isa.Operand.immediate;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import java.util.SplittableRandom;

/** Writes operations on {@link SampleMaps}: R0 has a number afterwards, R1 to R5 have nothing. */
final class MapWriter {

    private static final int LAST_LOST = 5;
    /** Below what statements use of the stack. */
    private static final short KEY = -8 * (StatementWriter.STACK_SLOTS + 1);
    private static final short VALUE = KEY - SampleMaps.VALUE_BYTES;

    private final SplittableRandom random;
    private final CodeBuffer code;
    private final Numbers numbers;

    MapWriter(SplittableRandom random, CodeBuffer code, Numbers numbers) {
        this.random = random;
        this.code = code;
        this.numbers = numbers;
    }

    /** Returns whether no loop counts in a register that calls lose. */
    boolean isPossible() {
        for (int register = 0; register <= LAST_LOST; register++) {
            if (numbers.isReserved(Register.of(register))) {
                return false;
            }
        }
        return true;
    }

    /** Writes one operation. */
    void write() {
        int map = random.nextInt(SampleMaps.SPECS.size());
        int choice = random.nextInt(5);
        boolean update = choice >= 2 && choice < 4;
        for (int at = 0; update && at < SampleMaps.VALUE_BYTES; at += Long.BYTES) {
            Operand value = random.nextBoolean() ? numbers.any() : immediate(numbers.immediate());
            code.add(new Store(Width.DOUBLE, Register.FRAME, (short) (VALUE + at), value));
        }
        key(map);
        code.add(SampleMaps.load(Register.R1, map));
        point(Register.R2, KEY);
        if (update) {
            point(Register.R3, VALUE);
            // Any, if new, if there, and a flag that does not exist.
            code.move(true, Register.R4, immediate(random.nextInt(8) == 0 ? 3 : random.nextInt(3)));
            code.add(new CallHelper(Helper.MAP_UPDATE_ELEM.id()));
        } else if (choice == 4) {
            code.add(new CallHelper(Helper.MAP_DELETE_ELEM.id()));
        } else {
            code.add(new CallHelper(Helper.MAP_LOOKUP_ELEM.id()));
            useValue();
        }
    }

    private void key(int map) {
        if (random.nextInt(3) == 0) {
            code.move(true, Register.R1, immediate(random.nextInt(SampleMaps.KEYS)));
        } else {
            code.move(true, Register.R1, numbers.any());
            code.alu(AluOperation.AND, Register.R1, SampleMaps.KEYS - 1);
        }
        Width width = SampleMaps.SPECS.get(map).keySize() == Integer.BYTES ? Width.WORD : Width.DOUBLE;
        code.add(new Store(width, Register.FRAME, KEY, Register.R1));
    }

    private void point(Register register, int offset) {
        code.move(true, register, Register.FRAME);
        code.alu(AluOperation.ADD, register, offset);
    }

    /** Does something with the value that R0 points to, unless there is none. */
    private void useValue() {
        CodeBuffer.Open none = code.open(
                new Branch(Condition.EQUAL, true, Register.R0, immediate(0), (short) 0));
        Width width = Width.values()[random.nextInt(Width.values().length)];
        short offset = (short) (random.nextInt(SampleMaps.VALUE_BYTES / width.bytes()) * width.bytes());
        Register number = Register.of(LAST_LOST + 1 + random.nextInt(FunctionWriter.LAST_NUMBER - LAST_LOST));
        switch (random.nextInt(4)) {
            case 0 -> code.add(new Store(width, Register.R0, offset, number));
            case 1 -> {
                Width whole = random.nextBoolean() ? Width.WORD : Width.DOUBLE;
                code.add(new Atomic(AtomicOperation.ADD, whole, false, Register.R0,
                        (short) (offset & -whole.bytes()),
                        number));
            }
            default -> {
                // Only reads.
            }
        }
        code.add(new Load(width, false, Register.R0, Register.R0, offset));
        code.close(none);
    }
}
