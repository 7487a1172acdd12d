package io.bpf4j.loader.testrun;

import static io.bpf4j.vm.isa.Operand.immediate;
import static io.bpf4j.vm.isa.Register.R0;
import static io.bpf4j.vm.isa.Register.R1;
import static io.bpf4j.vm.isa.Register.R2;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Puts a few instructions before a program that set its arguments, and that it goes back to in the end. A test run
 * tells 32 bits of a result only, and the context of a program is no plain memory; so both are values of maps here:
 *
 * <pre>
 *         r2 = LENGTH
 *         if r2 == LENGTH goto start    ; always, but not to the check that all code is reachable
 *   end:  r1 = result[0] ll
 *         *(u64 *)(r1 + 0) = r0
 *         r0 = 0
 *         exit
 * start:  r1 = memory[0] ll             ; or r1 = 0
 *         ...                           ; the program; "exit" in its main function became "goto end"
 * </pre>
 *
 * <p>The program's main function stays the main function: a wrapper that called it would take one of its eight frames
 * and some of its stack. An {@code exit} has one slot, as a jump has, so no distance in the program changes.
 */
final class Wrapper {

    private Wrapper() {}

    /**
     * Returns whether no jump or call leads out of the program, nor a call to its main function. In what does, the
     * kernel would see another mistake than there is once something stands before it.
     */
    static boolean fits(Instructions program) {
        for (int index = 0; index < program.size(); index++) {
            OptionalInt target = program.targetSlot(index);
            int first = isCall(program.get(index)) ? 1 : 0;
            if (target.isPresent() && (target.getAsInt() < first || target.getAsInt() >= program.slots())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Wraps a program.
     *
     * @param result the descriptor of an array of one value of 8 bytes, which gets r0
     * @param memory the descriptor of an array whose only value is the memory; none to pass null
     * @param length the memory's bytes
     */
    static Instructions wrap(Instructions program, int result, OptionalInt memory, int length) {
        List<Insn> end = List.of(new LoadImmediate64(R1, Immediate64.MAP_VALUE, result, 0),
                new Store(Width.DOUBLE, R1, (short) 0, R0), set(R0, 0), new Exit());
        Insn address = memory.isEmpty()
                ? set(R1, 0)
                : new LoadImmediate64(R1, Immediate64.MAP_VALUE, memory.getAsInt(), 0);
        List<Insn> wrapped = new ArrayList<>(program.size() + 8);
        wrapped.add(set(R2, length));
        int endSlot = 2;
        wrapped.add(new Branch(Condition.EQUAL, true, R2, immediate(length), (short) slots(end)));
        wrapped.addAll(end);
        wrapped.add(address);
        int before = slots(wrapped);
        int mainEnd = mainEnd(program);
        for (int index = 0; index < program.size(); index++) {
            Insn insn = program.get(index);
            int slot = program.slotOf(index);
            boolean leaves = insn instanceof Exit && slot < mainEnd;
            wrapped.add(leaves ? jump(endSlot - (before + slot + 1)) : insn);
        }
        return Instructions.of(wrapped);
    }

    /** Returns the slots at which functions start, the main one's first. */
    static int[] functions(Instructions program) {
        IntStream callees = IntStream.range(0, program.size()).filter(index -> isCall(program.get(index)))
                .map(index -> program.targetSlot(index).orElseThrow());
        return IntStream.concat(IntStream.of(0), callees).sorted().distinct().toArray();
    }

    /** Returns whether the program takes the address of a function, which then must have a type. */
    static boolean hasCallbacks(Instructions program) {
        return program.stream().anyMatch(Wrapper::isFunctionAddress);
    }

    /** Returns the slot at which the first function behind the main one starts, or the end of the program. */
    private static int mainEnd(Instructions program) {
        int[] functions = functions(program);
        return functions.length > 1 ? functions[1] : program.slots();
    }

    private static boolean isCall(Insn insn) {
        return insn instanceof CallFunction || isFunctionAddress(insn);
    }

    private static boolean isFunctionAddress(Insn insn) {
        return insn instanceof LoadImmediate64 load && load.kind() == Immediate64.FUNCTION;
    }

    private static int slots(List<Insn> instructions) {
        return Instructions.of(instructions).slots();
    }

    private static Jump jump(int distance) {
        return new Jump(distance, distance != (short) distance);
    }

    private static Insn set(Register register, int number) {
        Operand value = immediate(number);
        return new Alu(AluOperation.MOVE, true, register, value);
    }
}
