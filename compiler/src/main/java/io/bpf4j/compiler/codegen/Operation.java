package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Width;

/**
 * What one instruction of the machine does, before registers and the frame are settled: numbers 0 to 9 are the
 * machine's registers, those from {@link MachineFunction#FIRST_VIRTUAL} on stand for any of them.
 */
sealed interface Operation {

    /** The machine register of results. */
    int RESULT = 0;
    /** The machine register of the first argument; the others follow. */
    int FIRST_ARGUMENT = 1;
    /** The number of argument registers, all lost in a call. */
    int ARGUMENTS = 5;

    /** Returns the same operation on other registers. */
    Operation rename(Renamer renamer);

    /** {@code dst = src}, all 64 bits. */
    record Move(int dst, int src) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            int source = renamer.use(src);
            return new Move(renamer.define(dst), source);
        }
    }

    /** {@code dst = value}. */
    record Constant(int dst, long value) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new Constant(renamer.define(dst), value);
        }
    }

    /** {@code dst = } the map. */
    record MapHandle(int dst, String map) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new MapHandle(renamer.define(dst), map);
        }
    }

    /** {@code dst = } the address of a byte of the map's single value. */
    record MapValue(int dst, String map, int offset) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new MapValue(renamer.define(dst), map, offset);
        }
    }

    /** {@code dst = } the address of a byte of an object of the frame; takes two instructions. */
    record FrameAddress(int dst, Slot slot, int offset) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new FrameAddress(renamer.define(dst), slot, offset);
        }
    }

    /** {@code dst = dst operation src}. */
    record Alu(AluOperation operation, boolean wide, int dst, Source src) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            Source source = renamer.use(src);
            return new Alu(operation, wide, renamer.update(dst), source);
        }
    }

    /** {@code dst = } the low 32 bits of src. */
    record ZeroExtend(int dst, int src) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            int source = renamer.use(src);
            return new ZeroExtend(renamer.define(dst), source);
        }
    }

    /** {@code dst = } the low 8, 16 or 32 bits of src with their sign; V4. */
    record SignExtend(int bits, int dst, int src) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            int source = renamer.use(src);
            return new SignExtend(bits, renamer.define(dst), source);
        }
    }

    /** {@code dst = -dst}. */
    record Negate(boolean wide, int dst) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new Negate(wide, renamer.update(dst));
        }
    }

    /** Reorders the bytes of dst. */
    record Swap(Order order, int bits, int dst) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new Swap(order, bits, renamer.update(dst));
        }
    }

    /** {@code dst = *(width *) place}. */
    record Load(Width width, boolean signed, int dst, Place place) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            Place from = renamer.use(place);
            return new Load(width, signed, renamer.define(dst), from);
        }
    }

    /** {@code *(width *) place = value}. */
    record Store(Width width, Place place, Source value) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            return new Store(width, renamer.use(place), renamer.use(value));
        }
    }

    /** {@code *(width *) place op= src}; with fetch the old value comes back in src. */
    record Atomic(AtomicOperation operation, Width width, boolean fetch, Place place, int src)
            implements
                Operation {
        @Override
        public Operation rename(Renamer renamer) {
            Place at = renamer.use(place);
            if (operation == AtomicOperation.COMPARE_EXCHANGE) {
                int value = renamer.use(src);
                renamer.update(RESULT);
                return new Atomic(operation, width, true, at, value);
            }
            return new Atomic(operation, width, fetch, at, fetch ? renamer.update(src) : renamer.use(src));
        }
    }

    /** Calls a helper; the arguments are in their registers. */
    record CallHelper(Helper helper, int arguments) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            call(arguments, renamer);
            return this;
        }
    }

    /** Calls a function of the program; the arguments are in their registers. */
    record CallFunction(String function, int arguments) implements Operation {
        @Override
        public Operation rename(Renamer renamer) {
            call(arguments, renamer);
            return this;
        }
    }

    /** Returns whether the operation is a call, after which only R6 to R9 keep their values. */
    default boolean isCall() {
        return this instanceof CallHelper || this instanceof CallFunction;
    }

    private static void call(int arguments, Renamer renamer) {
        for (int index = 0; index < arguments; index++) {
            renamer.use(FIRST_ARGUMENT + index);
        }
        renamer.define(RESULT);
        for (int index = 0; index < ARGUMENTS; index++) {
            renamer.define(FIRST_ARGUMENT + index);
        }
    }
}
