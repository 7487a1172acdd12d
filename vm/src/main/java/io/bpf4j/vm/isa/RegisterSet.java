package io.bpf4j.vm.isa;

import java.util.ArrayList;
import java.util.List;

/**
 * Some of the eleven registers.
 *
 * @param bits bit n stands for register n
 */
public record RegisterSet(int bits) {

    /** No register. */
    public static final RegisterSet NONE = new RegisterSet(0);
    /** R1 to R5: arguments of a call, lost in it. */
    public static final RegisterSet ARGUMENTS = new RegisterSet(0b11_1110);
    /** R0 to R5: what a call does not preserve. */
    public static final RegisterSet CALLER_SAVED = new RegisterSet(0b11_1111);

    /** Checks that the bits name registers. */
    public RegisterSet {
        if (bits >>> Register.FRAME.number() + 1 != 0) {
            throw new IllegalArgumentException("no registers 0x" + Integer.toHexString(bits));
        }
    }

    /** Makes the set of some registers. */
    public static RegisterSet of(Register... registers) {
        int bits = 0;
        for (Register register : registers) {
            bits |= 1 << register.number();
        }
        return new RegisterSet(bits);
    }

    /** Makes the set of R1 to R{@code count}, the arguments of a call. */
    public static RegisterSet arguments(int count) {
        if (count < 0 || count > 5) {
            throw new IllegalArgumentException("no call has " + count + " arguments");
        }
        return new RegisterSet((1 << count) - 1 << 1);
    }

    /** Returns whether the register is in the set. */
    public boolean contains(Register register) {
        return (bits & 1 << register.number()) != 0;
    }

    /** Returns the registers of either set. */
    public RegisterSet union(RegisterSet other) {
        return new RegisterSet(bits | other.bits);
    }

    /** Returns the registers of this set that the other does not have. */
    public RegisterSet minus(RegisterSet other) {
        return new RegisterSet(bits & ~other.bits);
    }

    /** Returns the registers by rising number. */
    public List<Register> toList() {
        List<Register> registers = new ArrayList<>();
        for (int left = bits; left != 0; left &= left - 1) {
            registers.add(Register.of(Integer.numberOfTrailingZeros(left)));
        }
        return registers;
    }

    @Override
    public String toString() {
        return toList().toString();
    }
}
