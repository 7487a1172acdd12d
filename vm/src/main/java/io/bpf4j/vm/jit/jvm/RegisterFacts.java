package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.jit.jvm.Fact.Constant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * What is known of every register of a function before each instruction: constants, and which have no upper half. Found
 * by following all paths until nothing new is learnt.
 */
final class RegisterFacts {

    private static final int REGISTERS = Register.values().length;
    private static final int FIRST_ARGUMENT = 1;
    private static final int LAST_ARGUMENT = 5;

    private final Instructions instructions;
    private final Subprogram function;
    /** By slot from the function's start, then by register; null where no path leads. */
    private final Fact[][] before;
    private final Deque<Integer> pending = new ArrayDeque<>();

    RegisterFacts(Instructions instructions, Subprogram function) {
        this.instructions = instructions;
        this.function = function;
        this.before = new Fact[function.end() - function.start()][];
        Fact[] entry = new Fact[REGISTERS];
        Arrays.fill(entry, Fact.ZERO);
        Arrays.fill(entry, FIRST_ARGUMENT, LAST_ARGUMENT + 1, Fact.ANY);
        entry[Register.FRAME.number()] = Fact.ANY;
        reach(function.start(), entry);
        while (!pending.isEmpty()) {
            follow(pending.pop());
        }
    }

    /** Returns what is known of an operand before the instruction at a slot. */
    Fact of(int slot, Operand operand) {
        return switch (operand) {
            case Immediate immediate -> new Constant(immediate.value());
            case Register register -> {
                Fact[] facts = before[slot - function.start()];
                yield facts == null ? Fact.ANY : facts[register.number()];
            }
        };
    }

    private void reach(int slot, Fact[] facts) {
        Fact[] known = before[slot - function.start()];
        Fact[] merged = facts.clone();
        for (int i = 0; known != null && i < REGISTERS; i++) {
            merged[i] = Fact.either(known[i], facts[i]);
        }
        if (!Arrays.equals(known, merged)) {
            before[slot - function.start()] = merged;
            pending.push(slot);
        }
    }

    private void follow(int slot) {
        Insn insn = instructions.at(slot);
        Fact[] after = before[slot - function.start()].clone();
        apply(slot, insn, after);
        if (insn instanceof Jump || insn instanceof Branch) {
            reach(instructions.targetSlot(instructions.indexAt(slot)).orElseThrow(), after);
        }
        if (!(insn instanceof Jump) && !(insn instanceof Exit)) {
            reach(slot + insn.slots(), after);
        }
    }

    private void apply(int slot, Insn insn, Fact[] facts) {
        switch (insn) {
            case Alu alu -> facts[alu.dst().number()] = result(alu, of(slot, alu.dst()),
                    of(slot, alu.src()));
            case MoveSignExtended move -> facts[move.dst().number()] = move.wide() ? Fact.ANY : Fact.NARROW;
            case Negate negate -> facts[negate.dst().number()] = negate.wide() ? Fact.ANY : Fact.NARROW;
            case ByteSwap swap ->
                facts[swap.dst().number()] = swap.bits() == Long.SIZE ? Fact.ANY : Fact.NARROW;
            case LoadImmediate64 load -> facts[load.dst().number()] = load.kind() == Immediate64.NUMBER
                    ? new Constant(load.value())
                    : Fact.ANY;
            case Load load -> facts[load.dst().number()] = load.signed() || load.width() == Width.DOUBLE
                    ? Fact.ANY
                    : Fact.NARROW;
            case Atomic atomic -> apply(atomic, facts);
            case CallHelper call -> facts[0] = Fact.ANY;
            case CallFunction call -> facts[0] = Fact.ANY;
            // These end the run.
            case CallKernelFunction call -> facts[0] = Fact.ANY;
            case LoadPacket load -> facts[0] = Fact.ANY;
            case Store store -> {
                /* changes no register */ }
            case Jump jump -> {
                /* changes no register */ }
            case Branch branch -> {
                /* changes no register */ }
            case Exit exit -> {
                /* changes no register */ }
        }
    }

    private static void apply(Atomic atomic, Fact[] facts) {
        if (atomic.fetch()) {
            Register old = atomic.operation() == AtomicOperation.COMPARE_EXCHANGE
                    ? Register.R0
                    : atomic.src();
            facts[old.number()] = atomic.width() == Width.WORD ? Fact.NARROW : Fact.ANY;
        }
    }

    private static Fact result(Alu alu, Fact left, Fact right) {
        if (alu.operation() == AluOperation.MOVE && (alu.wide() || right.isNarrow())) {
            return right;
        }
        if (left instanceof Constant one && right instanceof Constant other) {
            return new Constant(Arithmetic.apply(alu.operation(), alu.wide(), one.value(), other.value()));
        }
        return !alu.wide() || isNarrow(alu.operation(), left, right) ? Fact.NARROW : Fact.ANY;
    }

    /** Returns whether a 64-bit operation leaves the upper half zero. */
    private static boolean isNarrow(AluOperation operation, Fact left, Fact right) {
        return switch (operation) {
            case AND -> left.isNarrow() || right.isNarrow();
            case OR, XOR -> left.isNarrow() && right.isNarrow();
            case DIVIDE, MODULO -> left.isNarrow();
            case SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> left.isNarrow()
                    || operation == AluOperation.SHIFT_RIGHT && right instanceof Constant count
                            && (count.value() & Long.SIZE - 1) >= Integer.SIZE;
            case ADD, SUBTRACT, MULTIPLY, SIGNED_DIVIDE, SIGNED_MODULO, SHIFT_LEFT, MOVE -> false;
        };
    }
}
