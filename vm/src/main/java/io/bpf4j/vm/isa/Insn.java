package io.bpf4j.vm.isa;

/**
 * One instruction, by meaning; {@link InsnCodec} alone knows the bits.
 *
 * <p>Distances (of jumps, branches and local calls) count 64-bit slots from the <em>next</em> instruction.
 * Every
 * instruction takes one slot but {@link LoadImmediate64}, which takes two.
 */
public sealed interface Insn {

    /** Returns how many 64-bit slots the instruction takes: 1 or 2. */
    default int slots() {
        return 1;
    }

    /** {@code dst = dst op src}; in 32 bits ({@code wide} false) the upper half of dst becomes zero. */
    record Alu(AluOperation operation, boolean wide, Register dst, Operand src) implements Insn {}

    /** {@code dst = (signed) src}, from the low {@code bits} (8, 16, or 32 if wide) bits. */
    record MoveSignExtended(int bits, boolean wide, Register dst, Register src) implements Insn {
        /** Checks the width. */
        public MoveSignExtended {
            if (bits != 8 && bits != 16 && (bits != 32 || !wide)) {
                throw new IllegalArgumentException(
                        "cannot sign-extend " + bits + " bits to " + (wide ? 64 : 32));
            }
        }
    }

    /** {@code dst = -dst}. */
    record Negate(boolean wide, Register dst) implements Insn {}

    /** Reorders the low {@code bits} (16, 32 or 64) bits of dst and clears those above. */
    record ByteSwap(Order order, int bits, Register dst) implements Insn {
        /** Which order the bytes are brought into. */
        public enum Order {
            LITTLE_ENDIAN,
            BIG_ENDIAN,
            REVERSED
        }

        /** Checks the width. */
        public ByteSwap {
            if (bits != 16 && bits != 32 && bits != 64) {
                throw new IllegalArgumentException("cannot swap " + bits + " bits");
            }
        }
    }

    /** Loads a 64-bit constant, or the address of what the constant names; takes two slots. */
    record LoadImmediate64(Register dst, Immediate64 kind, int low, int high) implements Insn {
        /** Checks that a half without meaning is zero. */
        public LoadImmediate64 {
            if (high != 0 && !kind.usesHighHalf()) {
                throw new IllegalArgumentException("a " + kind + " immediate has no high half");
            }
        }

        @Override
        public int slots() {
            return 2;
        }

        /** Makes the plain number. */
        public static LoadImmediate64 number(Register dst, long value) {
            return new LoadImmediate64(dst, Immediate64.NUMBER, (int) value, (int) (value >>> 32));
        }

        /** Returns the two halves as one number. */
        public long value() {
            return (long) high << 32 | low & 0xffff_ffffL;
        }
    }

    /** {@code dst = *(width *)(base + offset)}, zero- or sign-extended to 64 bits. */
    record Load(Width width, boolean signed, Register dst, Register base, short offset) implements Insn {
        /** Checks that a full-width load is not called signed. */
        public Load {
            if (signed && width == Width.DOUBLE) {
                throw new IllegalArgumentException("a 64-bit load has nothing to extend");
            }
        }
    }

    /** {@code *(width *)(base + offset) = value}. */
    record Store(Width width, Register base, short offset, Operand value) implements Insn {}

    /** {@code *(width *)(base + offset) op= src} at once; with {@code fetch} the old value comes back. */
    record Atomic(AtomicOperation operation, Width width, boolean fetch, Register base, short offset,
            Register src) implements Insn {
        /** Checks the width and the fetch flag. */
        public Atomic {
            if (width != Width.WORD && width != Width.DOUBLE) {
                throw new IllegalArgumentException("no atomic operation on " + width.bytes() + " bytes");
            }
            if (operation.alwaysFetches() && !fetch) {
                throw new IllegalArgumentException(operation + " always fetches");
            }
        }
    }

    /** Jumps by a distance; the wide form ({@code gotol}) has a 32-bit distance, the other a 16-bit one. */
    record Jump(int distance, boolean wide) implements Insn {
        /** Checks that a narrow distance fits. */
        public Jump {
            if (!wide && distance != (short) distance) {
                throw new IllegalArgumentException("a distance of " + distance + " needs the wide form");
            }
        }
    }

    /** Jumps by a distance if {@code left condition right}, compared in 64 or 32 bits. */
    record Branch(Condition condition, boolean wide, Register left, Operand right,
            short distance) implements Insn {}

    /** Calls a helper of the kernel by its number. */
    record CallHelper(int id) implements Insn {}

    /** Calls a function of this program at a distance. */
    record CallFunction(int distance) implements Insn {}

    /** Calls a kernel function by BTF id; {@code module} indexes the descriptor array, 0 = vmlinux. */
    record CallKernelFunction(int btfId, short module) implements Insn {}

    /** Returns R0 to the caller. */
    record Exit() implements Insn {}

    /**
     * Deprecated packet access of classic BPF: R0 becomes the big-endian number at {@code offset}, or at {@code index +
     * offset} if {@code indirect}. The direct form has R0 in place of an index.
     */
    record LoadPacket(Width width, boolean indirect, Register index, int offset) implements Insn {
        /** Checks the width, and that the direct form has no index. */
        public LoadPacket {
            if (width == Width.DOUBLE) {
                throw new IllegalArgumentException("no packet access of 8 bytes");
            }
            if (!indirect && index != Register.R0) {
                throw new IllegalArgumentException("the direct form has no index");
            }
        }
    }
}
