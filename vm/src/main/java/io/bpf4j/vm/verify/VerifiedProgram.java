package io.bpf4j.vm.verify;

import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.isa.Instructions;
import java.util.BitSet;
import java.util.Optional;

/** A program that may run; only the verifier makes one. What it found out helps whoever compiles the program. */
public final class VerifiedProgram implements Verdict {

    private final Program program;
    private final VerifierInput input;
    private final Statistics statistics;
    private final Facts facts;
    private final int stackBytes;

    VerifiedProgram(Program program, VerifierInput input, Statistics statistics, Facts facts,
            int stackBytes) {
        this.program = program;
        this.input = input;
        this.statistics = statistics;
        this.facts = facts;
        this.stackBytes = stackBytes;
    }

    /** Returns the program. */
    public Program program() {
        return program;
    }

    /** Returns what the proof rests on. */
    public VerifierInput input() {
        return input;
    }

    @Override
    public Statistics statistics() {
        return statistics;
    }

    /** Returns the bytes of stack that a function uses, 0 to 512; functions count by rising slot. */
    public int stackBytesOf(int function) {
        return facts.stack(function);
    }

    /** Returns the greatest stack of any chain of calls, in bytes, without functions that have one of their own. */
    public int stackBytes() {
        return stackBytes;
    }

    /** Returns how many bytes of the context the program accesses: the place where it is attached must give them. */
    public int contextBytes() {
        return facts.contextBytes();
    }

    /** Returns the slots of divisions whose divisor is never zero. */
    public BitSet safeDivisions() {
        return facts.safeDivisions();
    }
    /**
    * Returns what is proved of the load, store or atomic operation at a slot: it is in bounds of some region. Empty
    * for other instructions and for those that are never executed.
    */
    public Optional<MemoryFact> access(int slot) {
        return facts.access(slot, Instructions.of(program.instructions()));
    }

    /** Returns the slots of instructions that are never executed, whatever the input. */
    public BitSet deadSlots() {
        return facts.deadSlots();
    }
}
