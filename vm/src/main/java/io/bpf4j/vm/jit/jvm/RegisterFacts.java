package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.flow.Subprogram;
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
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/**
 * What is known of every register of a function before each instruction. Found by following all paths until nothing new
 * is learnt: where that takes long, as in loops, a bound moves at once to the next number that the register is compared
 * with, or next to one. Then two more rounds take back what was given up too early.
 */
final class RegisterFacts {

    private static final int REGISTERS = Register.values().length;
    private static final int FIRST_ARGUMENT = 1;
    private static final int LAST_ARGUMENT = 5;
    /** After so many visits of an instruction, bounds move faster; after the second number, to the end at once. */
    private static final int PATIENCE = 3;
    private static final int END_OF_PATIENCE = 40;
    private static final int MORE_ROUNDS = 2;

    private final Instructions instructions;
    private final Subprogram function;
    private final Fact[] entry = new Fact[REGISTERS];
    /** By slot from the function's start, then by register; null where no path leads. */
    private final Fact[][] before;
    private final int[] visits;
    private final Deque<Integer> pending = new ArrayDeque<>();
    private final Thresholds thresholds;

    RegisterFacts(Instructions instructions, Subprogram function) {
        this.instructions = instructions;
        this.function = function;
        this.before = new Fact[function.end() - function.start()][];
        this.visits = new int[before.length];
        this.thresholds = new Thresholds(instructions, function);
        Arrays.fill(entry, Fact.constant(0));
        Arrays.fill(entry, FIRST_ARGUMENT, LAST_ARGUMENT + 1, Fact.ANY);
        entry[Register.FRAME.number()] = Fact.ANY;
        reach(function.start(), entry);
        while (!pending.isEmpty()) {
            int slot = pending.pop();
            follow(slot, this::reach);
        }
        for (int round = 0; round < MORE_ROUNDS; round++) {
            narrow();
        }
    }

    /** Returns what is known of an operand before the instruction at a slot. */
    Fact of(int slot, Operand operand) {
        return switch (operand) {
            case Immediate immediate -> Fact.constant(immediate.value());
            case Register register -> {
                Fact[] facts = before[slot - function.start()];
                yield facts == null ? Fact.ANY : facts[register.number()];
            }
        };
    }

    private void reach(int slot, Fact[] facts) {
        int place = slot - function.start();
        Fact[] known = before[place];
        Fact[] merged = facts.clone();
        for (int i = 0; known != null && i < REGISTERS; i++) {
            merged[i] = widened(i, visits[place], known[i], Fact.either(known[i], facts[i]));
        }
        if (!Arrays.equals(known, merged)) {
            before[place] = merged;
            visits[place]++;
            pending.push(slot);
        }
    }

    private Fact widened(int register, int visited, Fact known, Fact merged) {
        if (visited < PATIENCE || merged.equals(known)) {
            return merged;
        }
        return visited < END_OF_PATIENCE ? thresholds.widen(register, known, merged) : Fact.ANY;
    }

    /**
     * Computes all facts anew from those that were found. Each is true of all runs if those before it are, so that
     * facts may be replaced while others are still to come.
     */
    private void narrow() {
        Fact[][] next = new Fact[before.length][];
        next[0] = entry;
        // What jumps back is met too late: it is counted as it was before.
        eachReached(slot -> follow(slot, (target, facts) -> {
            if (target <= slot) {
                merge(next, target, facts);
            }
        }));
        eachReached(slot -> {
            before[slot - function.start()] = next[slot - function.start()];
            follow(slot, (target, facts) -> {
                if (target > slot) {
                    merge(next, target, facts);
                }
            });
        });
    }

    private void eachReached(IntConsumer action) {
        for (int slot = function.start(); slot < function.end(); slot += instructions.at(slot).slots()) {
            if (before[slot - function.start()] != null) {
                action.accept(slot);
            }
        }
    }

    private void merge(Fact[][] next, int target, Fact[] facts) {
        Fact[] there = next[target - function.start()];
        Fact[] merged = facts.clone();
        for (int i = 0; there != null && i < REGISTERS; i++) {
            merged[i] = Fact.either(there[i], facts[i]);
        }
        next[target - function.start()] = merged;
    }

    private void follow(int slot, BiConsumer<Integer, Fact[]> reached) {
        Insn insn = instructions.at(slot);
        Fact[] after = before[slot - function.start()].clone();
        apply(slot, insn, after);
        if (insn instanceof Jump || insn instanceof Branch) {
            int target = instructions.targetSlot(instructions.indexAt(slot)).orElseThrow();
            reached.accept(target,
                    insn instanceof Branch branch ? BranchFacts.refine(branch, true, after) : after);
        }
        if (!(insn instanceof Jump) && !(insn instanceof Exit)) {
            reached.accept(slot + insn.slots(),
                    insn instanceof Branch branch ? BranchFacts.refine(branch, false, after) : after);
        }
    }

    private void apply(int slot, Insn insn, Fact[] facts) {
        switch (insn) {
            case Alu alu -> facts[alu.dst().number()] = FactArithmetic.apply(alu.operation(), alu.wide(),
                    of(slot, alu.dst()), of(slot, alu.src()));
            case MoveSignExtended move -> facts[move.dst().number()] = move.wide()
                    ? signed(move.bits())
                    : Fact.NARROW;
            case Negate negate -> facts[negate.dst().number()] = negate.wide() ? Fact.ANY : Fact.NARROW;
            case ByteSwap swap ->
                facts[swap.dst().number()] = unsigned(swap.bits());
            case LoadImmediate64 load -> facts[load.dst().number()] = load.kind() == Immediate64.NUMBER
                    ? Fact.constant(load.value())
                    : Fact.ANY;
            case Load load -> facts[load.dst().number()] = load.signed()
                    ? signed(load.width().bytes() * Byte.SIZE)
                    : unsigned(load.width().bytes() * Byte.SIZE);
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

    private static Fact signed(int bits) {
        return Fact.between(-1L << bits - 1, (1L << bits - 1) - 1);
    }

    private static Fact unsigned(int bits) {
        return bits == Long.SIZE ? Fact.ANY : Fact.between(0, (1L << bits) - 1);
    }

    private static void apply(Atomic atomic, Fact[] facts) {
        if (atomic.fetch()) {
            Register old = atomic.operation() == AtomicOperation.COMPARE_EXCHANGE
                    ? Register.R0
                    : atomic.src();
            facts[old.number()] = atomic.width() == Width.WORD ? Fact.NARROW : Fact.ANY;
        }
    }
}
