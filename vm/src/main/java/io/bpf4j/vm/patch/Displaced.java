package io.bpf4j.vm.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Instructions that were taken from their place, one after the other, to be put at any other. */
public final class Displaced {
    private final List<Moved> insns;

    Displaced(List<Moved> insns) {
        this.insns = List.copyOf(insns);
    }

    /** Returns these, and then a jump to an address. */
    Displaced thenJumpTo(long address) {
        List<Moved> longer = new ArrayList<>(insns);
        longer.add(Moved.back(address));
        return new Displaced(longer);
    }

    /** Returns the number of bytes that the code has, wherever it is put. */
    public int size() {
        return insns.stream().mapToInt(Moved::size).sum();
    }

    /** Returns where the code may be put. */
    public Reach reach() {
        Reach reach = Reach.ANYWHERE;
        int offset = 0;
        for (Moved insn : insns) {
            reach = reach.and(insn.reach(offset));
            offset += insn.size();
        }
        return reach;
    }

    /**
     * Returns the code for an address.
     *
     * @throws IllegalArgumentException if the address is out of {@link #reach}
     */
    public byte[] at(long address) {
        if (!reach().contains(address)) {
            throw new IllegalArgumentException(
                    "code at 0x%x does not reach what it names".formatted(address));
        }
        ByteBuffer out = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
        for (Moved insn : insns) {
            insn.put(out, address + out.position());
        }
        return out.array();
    }

    /** Returns where each instruction was, in order; a jump back that was added has the address to which it leads. */
    public long[] origins() {
        return insns.stream().mapToLong(Moved::from).toArray();
    }

    /** Returns where each instruction is, in bytes from the start of the code, in the order of {@link #origins}. */
    public int[] offsets() {
        int[] offsets = new int[insns.size()];
        int offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            offset += insns.get(i).size();
        }
        return offsets;
    }
}
