package io.bpf4j.vm.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How control can be led away from a site, made by a {@link PatchPlanner}. A plan changes nothing: whoever carries it
 * out stops the program's threads, makes sure that none of them is within an edit's range but at its start, that
 * memory has the edits' original bytes, puts code at an address within reach, and writes the edits in order.
 */
public sealed interface PatchPlan permits PatchPlan.Patch, Refusal {

    /** Returns the address of the instruction before which the probe runs. */
    long site();

    /** A plan that can be carried out. */
    sealed interface Patch extends PatchPlan permits Jump, ShortJump, Breakpoint {

        /** Returns what becomes of the instructions. */
        Detour detour();

        /** Returns where the code may begin to which control is led. */
        Reach reach();

        /** Returns what to write for code that begins at an address, which must be within reach, in this order. */
        List<Edit> edits(long code);

        @Override
        default long site() {
            return detour().site();
        }

        /** Returns the objection if the memory of the program is not what the file says, as far as it is given. */
        default Optional<Refusal> check(Block memory) {
            for (Edit edit : edits(reach().lowest())) {
                int size = edit.original().length;
                if (memory.has(edit.address(), size)) {
                    int offset = memory.offsetOf(edit.address());
                    Optional<Refusal> refusal = edit
                            .check(Arrays.copyOfRange(memory.bytes(), offset, offset + size));
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** A jump of 5 bytes at the start of the window. */
    record Jump(Detour detour) implements Patch {
        /** The bytes of the instruction: E9 and a distance. */
        public static final int SIZE = Moved.JUMP_SIZE;

        @Override
        public Reach reach() {
            return Reach.from(detour.window().start() + SIZE);
        }

        @Override
        public List<Edit> edits(long code) {
            Range window = detour.window();
            return List.of(new Edit(window.start(), detour.original(),
                    detour.overwritten(encode(window.start(), code))));
        }

        static byte[] encode(long from, long to) {
            return ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN).put((byte) 0xe9)
                    .putInt(Math.toIntExact(to - from - SIZE)).array();
        }
    }

    /**
     * A jump of 2 bytes at the start of the window, to a jump of 5 bytes in padding nearby.
     *
     * @param pad where the longer jump goes
     * @param padding the bytes that are there
     */
    record ShortJump(Detour detour, long pad, byte[] padding) implements Patch {
        /** The bytes of the instruction: EB and a distance. */
        public static final int SIZE = 2;

        @Override
        public Reach reach() {
            return Reach.from(pad + Jump.SIZE);
        }

        @Override
        public List<Edit> edits(long code) {
            Range window = detour.window();
            byte distance = (byte) (pad - window.start() - SIZE);
            return List.of(new Edit(pad, padding, Jump.encode(pad, code)),
                    new Edit(window.start(), detour.original(),
                            detour.overwritten(new byte[]{(byte) 0xeb, distance})));
        }
    }

    /**
     * An int3 over the first byte of the instruction at the site; whoever handles the signal continues at the code.
     *
     * @param why what stands against a jump
     */
    record Breakpoint(Detour detour, Refusal why) implements Patch {
        @Override
        public Reach reach() {
            return Reach.ANYWHERE;
        }

        @Override
        public List<Edit> edits(long code) {
            return List.of(new Edit(site(), Arrays.copyOf(detour.original(), 1), new byte[]{(byte) 0xcc}));
        }
    }
}
