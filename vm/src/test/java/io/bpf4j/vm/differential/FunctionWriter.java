package io.bpf4j.vm.differential;

import static io.bpf4j.vm.isa.Operand.immediate;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import java.util.SplittableRandom;

/** Writes the body of one function: statements, some of which contain others. */
final class FunctionWriter {

    /** R0 to this hold numbers. */
    static final int LAST_NUMBER = 8;
    /** Holds the address of the memory. */
    static final Register MEMORY = Register.R9;

    private static final int MAX_LOOPS = 2;
    /** What the rounds of nested loops multiply to at most: the kernel's verifier walks through each. */
    private static final int MAX_ROUNDS = 24;

    private final SplittableRandom random;
    private final CodeBuffer code;
    private final int number;
    private final int functions;
    private final Numbers numbers;
    private final StatementWriter statements;
    /** Null if there are to be no maps. */
    private final MapWriter maps;
    private int loops;
    private int rounds = 1;

    FunctionWriter(SplittableRandom random, CodeBuffer code, int number, int functions, boolean maps) {
        this.random = random;
        this.code = code;
        this.number = number;
        this.functions = functions;
        this.numbers = new Numbers(random);
        this.statements = new StatementWriter(random, code, numbers);
        this.maps = maps ? new MapWriter(random, code, numbers) : null;
    }

    /** Writes everything but the end. */
    void write(int count) {
        code.move(true, MEMORY, Register.R1);
        for (int register = 0; register <= LAST_NUMBER; register++) {
            boolean given = number == 0 ? register == 2 : register >= 2 && register <= 5;
            if (!given || random.nextBoolean()) {
                fill(Register.of(register));
            }
        }
        for (int slot = 1; slot <= StatementWriter.STACK_SLOTS; slot++) {
            Operand value = random.nextBoolean() ? numbers.any() : immediate(numbers.immediate());
            code.add(new Store(Width.DOUBLE, Register.FRAME, (short) (-8 * slot), value));
        }
        block(count, 0);
        // The verifier takes no function that nobody calls.
        if (number + 1 < functions && !code.isCalled(number + 1)) {
            call(number + 1);
        }
    }

    /** Gives a register a number: from memory, where the verifier does not know it, or a constant. */
    private void fill(Register register) {
        if (random.nextInt(3) > 0) {
            short offset = (short) random.nextInt(ProgramGenerator.MEMORY_BYTES - 7);
            code.add(new Load(Width.DOUBLE, false, register, MEMORY, offset));
        } else {
            statements.constant(register);
        }
    }

    private void block(int count, int depth) {
        for (int i = 0; i < count; i++) {
            int choice = random.nextInt(24);
            if (choice < 3 && depth < 3) {
                i += branch(count - i, depth);
            } else if (choice == 3 && depth < 3 && loops < MAX_LOOPS) {
                i += loop(count - i, depth);
            } else if (choice == 4 && number + 1 < functions && loops == 0) {
                call(number + 1 + random.nextInt(functions - number - 1));
            } else if (maps != null && choice < 9 && maps.isPossible()) {
                maps.write();
                fillLost();
            } else {
                statements.write();
            }
        }
    }

    private int inner(int available) {
        return 1 + random.nextInt(Math.min(8, Math.max(1, available)));
    }

    private int branch(int available, int depth) {
        int taken = inner(available);
        Operand right = random.nextBoolean() ? numbers.any() : immediate(numbers.immediate());
        CodeBuffer.Open over = code.open(new Branch(random(Condition.values()), random.nextBoolean(),
                numbers.any(), right, (short) 0));
        block(taken, depth + 1);
        if (random.nextInt(3) == 0) {
            int other = inner(available);
            CodeBuffer.Open end = code.open(new Jump(0, random.nextBoolean()));
            code.close(over);
            block(other, depth + 1);
            code.close(end);
            return taken + other;
        }
        code.close(over);
        return taken;
    }

    private int loop(int available, int depth) {
        int times = 1 + random.nextInt(8);
        if (rounds * times > MAX_ROUNDS) {
            return 0;
        }
        Register counter = numbers.writable();
        numbers.reserve(counter);
        loops++;
        rounds *= times;
        boolean wide = random.nextBoolean();
        boolean down = random.nextBoolean();
        code.move(wide, counter, immediate(down ? times : 0));
        int top = code.slots();
        int taken = inner(available);
        block(taken, depth + 1);
        code.alu(AluOperation.ADD, counter, down ? -1 : 1);
        if (down) {
            code.back(Condition.NOT_EQUAL, wide, counter, immediate(0), top);
        } else {
            code.back(random.nextBoolean() ? Condition.LESS : Condition.SIGNED_LESS, wide, counter,
                    immediate(times), top);
        }
        rounds /= times;
        loops--;
        numbers.release(counter);
        return taken;
    }

    private void call(int function) {
        code.move(true, Register.R1, MEMORY);
        code.call(function);
        fillLost();
    }

    /** Gives the registers that a call loses numbers again. */
    private void fillLost() {
        for (int register = 1; register <= 5; register++) {
            fill(Register.of(register));
        }
    }

    private <T> T random(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
