package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.Gpr;
import java.util.Arrays;

/**
 * Which registers point into the stack, and how high at most: distances in bytes from what rsp was at the function's
 * entry. There is the return address, from 0 to 7, and arguments begin at 8.
 */
final class StackState {
    /** Of a register that does not point into the stack. */
    static final long NONE = Long.MIN_VALUE;
    /** Of a register that may point anywhere in the stack. */
    static final long ANYWHERE = Long.MAX_VALUE / 4;

    private final long[] highest = new long[16];
    /** Bits of the registers that are not just at most that high, but exactly. */
    private int exact;

    StackState() {
        Arrays.fill(highest, NONE);
        set(Gpr.RSP.number(), 0, true);
    }

    StackState(StackState other) {
        System.arraycopy(other.highest, 0, highest, 0, highest.length);
        exact = other.exact;
    }

    long highest(int register) {
        return highest[register];
    }

    boolean isStack(int register) {
        return highest[register] != NONE;
    }

    boolean isExact(int register) {
        return (exact & 1 << register) != 0;
    }

    void set(int register, long most, boolean isExact) {
        boolean isLost = register == Gpr.RSP.number() && most == NONE;
        highest[register] = isLost || most > ANYWHERE / 2 ? ANYWHERE : most;
        boolean stays = isExact && highest[register] != NONE && highest[register] != ANYWHERE;
        exact = stays ? exact | 1 << register : exact & ~(1 << register);
    }

    void copy(int to, int from) {
        set(to, highest[from], isExact(from));
    }

    /** Adds a constant to a register, which may be no pointer. */
    void add(int register, long distance) {
        if (isStack(register)) {
            set(register, highest[register] + distance, isExact(register));
        }
    }

    /**
     * Takes in what may also be so.
     *
     * @param widens whether whatever grows becomes {@link #ANYWHERE}, so that loops come to an end
     * @return whether anything changed
     */
    boolean join(StackState other, boolean widens) {
        boolean changed = false;
        for (int i = 0; i < highest.length; i++) {
            boolean isSame = highest[i] == other.highest[i];
            boolean remains = isExact(i) && other.isExact(i) && isSame;
            boolean grows = other.highest[i] > highest[i];
            if (grows || isExact(i) && !remains) {
                changed = true;
                set(i, grows && widens ? ANYWHERE : Math.max(highest[i], other.highest[i]), remains);
            }
        }
        return changed;
    }
}
