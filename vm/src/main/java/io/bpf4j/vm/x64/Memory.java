package io.bpf4j.vm.x64;

/**
 * A memory operand (SDM volume 1, section 3.7.5): {@code segment:[base + index * scale + displacement]}, or
 * {@code [place + displacement]} relative to the instruction pointer. Made by the factories:
 *
 * <pre>
 * Memory.at(RDI)                       [rdi]
 * Memory.at(RBP, -8)                   [rbp - 8]
 * Memory.indexed(RBX, RCX, 4, 16)      [rbx + rcx * 4 + 16]
 * Memory.indexed(RCX, 8, table)        [rcx * 8 + table], table within 2 GiB of zero
 * Memory.rip(label)                    [rip + label]
 * Memory.absolute(FS, 0)               fs:[0]
 * </pre>
 *
 * @param segment null for the usual one
 * @param base null for none
 * @param index null for none; never RSP
 * @param scale 1, 2, 4 or 8
 * @param place null unless the operand is relative to the instruction pointer; then base and index are null
 */
public record Memory(Segment segment, Gpr base, Gpr index, int scale, int displacement, Place place)
        implements
            Operand {

    /** Checks that the processor can encode the operand. */
    public Memory {
        if (index == Gpr.RSP) {
            throw new IllegalArgumentException("rsp cannot be an index");
        }
        if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
            throw new IllegalArgumentException("scale " + scale + " is none of 1, 2, 4, 8");
        }
        if (place != null && (base != null || index != null)) {
            throw new IllegalArgumentException("an operand relative to rip has no base and no index");
        }
        if (base == null && scale == 1) {
            // The same place, encoded shorter.
            base = index;
            index = null;
        }
    }

    /** Returns the operand {@code [base]}. */
    public static Memory at(Gpr base) {
        return at(base, 0);
    }

    /**
     * Returns the operand {@code [base + displacement]}.
     *
     * @throws IllegalArgumentException if the displacement does not fit 32 bits, signed; so do all factories
     */
    public static Memory at(Gpr base, long displacement) {
        return new Memory(null, base, null, 1, signed32(displacement), null);
    }

    /** Returns the operand {@code [base + index * scale + displacement]}. */
    public static Memory indexed(Gpr base, Gpr index, int scale, long displacement) {
        return new Memory(null, base, index, scale, signed32(displacement), null);
    }

    /** Returns the operand {@code [index * scale + displacement]}. */
    public static Memory indexed(Gpr index, int scale, long displacement) {
        return new Memory(null, null, index, scale, signed32(displacement), null);
    }

    /** Returns the operand at a place within 2 GiB of the instruction. */
    public static Memory rip(Place place) {
        return rip(place, 0);
    }

    /** Returns the operand some bytes after a place within 2 GiB of the instruction. */
    public static Memory rip(Place place, long displacement) {
        return new Memory(null, null, null, 1, signed32(displacement), place);
    }

    /** Returns the operand at an address within 2 GiB of zero, sign-extended. */
    public static Memory absolute(long address) {
        return absolute(null, address);
    }

    /** Returns the operand at an offset in a segment. */
    public static Memory absolute(Segment segment, long offset) {
        return new Memory(segment, null, null, 1, signed32(offset), null);
    }

    /** Returns the same operand in a segment. */
    public Memory in(Segment other) {
        return new Memory(other, base, index, scale, displacement, place);
    }

    /** Returns the operand that lies some bytes further. */
    public Memory plus(long bytes) {
        return new Memory(segment, base, index, scale, signed32(displacement + bytes), place);
    }

    private static int signed32(long displacement) {
        if (displacement != (int) displacement) {
            throw new IllegalArgumentException(
                    "displacement " + displacement + " does not fit 32 bits, signed");
        }
        return (int) displacement;
    }
}
