package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Instructions;
import java.util.BitSet;
import java.util.Optional;

/** What is found out about a program while it is walked, for those who compile it. */
final class Facts {

    private final Code code;
    /** The bytes of stack that each function uses. */
    private final int[] stack;
    /** The instructions that were walked at least once, by index. */
    private final BitSet walked = new BitSet();
    /** The divisions whose divisor may be zero, by index. */
    private final BitSet zeroDivisors = new BitSet();
    private int contextBytes;
    /** What each access goes to, by index; null where nothing was seen. */
    private final MemoryFact[] accesses;
    Facts(Code code) {
        this.code = code;
        stack = new int[code.functions()];
        accesses = new MemoryFact[code.size()];
    }

    void useStack(int entry, int bytes) {
        int function = code.functionOf(entry);
        stack[function] = Math.max(stack[function], bytes);
    }

    int stack(int function) {
        return stack[function];
    }

    void visit(int index) {
        walked.set(index);
    }

    /** Notes a division; returns whether the divisor cannot be zero there, as far as was seen. */
    boolean divideBy(int index, ScalarRange divisor, boolean wide) {
        if (wide ? divisor.unsignedMin() == 0 : divisor.unsignedMin32() == 0) {
            zeroDivisors.set(index);
        }
        return !zeroDivisors.get(index);
    }
    /** Notes an access that is in bounds, on one path. */
    void access(int index, MemoryFact fact) {
        accesses[index] = accesses[index] == null ? fact : accesses[index].or(fact);
    }

    /** Returns what is proved of the access at a slot. */
    Optional<MemoryFact> access(int slot, Instructions instructions) {
        return Optional.ofNullable(accesses[instructions.indexAt(slot)]);
    }

    void useContext(long end) {
        contextBytes = Math.max(contextBytes, (int) end);
    }

    /** Returns how many bytes of the context are accessed, from its start. */
    int contextBytes() {
        return contextBytes;
    }

    /** Returns the slots of instructions that no path reaches, though the flow of control does. */
    BitSet deadSlots() {
        BitSet slots = new BitSet();
        for (int index = walked.nextClearBit(0); index < code.size(); index = walked
                .nextClearBit(index + 1)) {
            slots.set(code.slotOf(index));
        }
        return slots;
    }

    /** Returns the slots of divisions that never divide by zero. */
    BitSet safeDivisions() {
        BitSet slots = new BitSet();
        for (int index = 0; index < code.size(); index++) {
            if (isDivision(code.at(index)) && !zeroDivisors.get(index)) {
                slots.set(code.slotOf(index));
            }
        }
        return slots;
    }

    private static boolean isDivision(Insn insn) {
        return insn instanceof Alu alu && switch (alu.operation()) {
            case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO -> true;
            default -> false;
        };
    }
}
