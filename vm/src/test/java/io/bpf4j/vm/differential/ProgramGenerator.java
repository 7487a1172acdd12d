package io.bpf4j.vm.differential;

import static io.bpf4j.vm.isa.Operand.immediate;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Register;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes programs that the kernel's verifier accepts, of all instructions, and with operations on maps if
 * wanted. The same seed gives the same program.
 *
 * <p>R0 to R8 hold numbers at all times, R9 the address of the memory. Every address is made for one access and
 * overwritten after it, so that results do not depend on where the memory is. Loops have a register of their own for
 * counting; functions call only later ones.
 */
public final class ProgramGenerator {

    /** The bytes of memory that every program has. */
    public static final int MEMORY_BYTES = 256;

    private static final int MAX_FUNCTIONS = 4;
    private static final int MIN_STATEMENTS = 3;
    private static final int MAX_STATEMENTS = 120;
    private static final int MIXING_FACTOR = 0x01000193;

    private final SplittableRandom random;
    private final CodeBuffer code = new CodeBuffer();

    private final boolean maps;

    private ProgramGenerator(long seed, boolean maps) {
        this.random = new SplittableRandom(seed);
        this.maps = maps;
    }

    /** Makes the program of a seed, without maps and helpers. */
    public static GeneratedProgram generate(long seed) {
        return new ProgramGenerator(seed, false).generateAll(seed);
    }

    /** Makes the program of a seed that works on {@link SampleMaps}, too. */
    public static GeneratedProgram generateWithMaps(long seed) {
        return new ProgramGenerator(seed, true).generateAll(seed);
    }

    private GeneratedProgram generateAll(long seed) {
        int functions = random.nextInt(3) == 0 ? 1 + random.nextInt(MAX_FUNCTIONS) : 1;
        int statements = MIN_STATEMENTS + random.nextInt(1 + random.nextInt(MAX_STATEMENTS));
        List<Integer> starts = new ArrayList<>();
        for (int function = 0; function < functions; function++) {
            starts.add(code.slots());
            new FunctionWriter(random, code, function, functions, maps).write(1 + statements / functions);
            digest();
            code.add(new Exit());
        }
        byte[] memory = new byte[MEMORY_BYTES];
        random.nextBytes(memory);
        return new GeneratedProgram(seed, code.finish(starts), memory);
    }

    /** Makes the result depend on every register. */
    private void digest() {
        for (int register = 1; register <= FunctionWriter.LAST_NUMBER; register++) {
            code.add(new Alu(AluOperation.MULTIPLY, true, Register.R0, immediate(MIXING_FACTOR)));
            code.add(new Alu(AluOperation.XOR, true, Register.R0, Register.of(register)));
        }
    }
}
