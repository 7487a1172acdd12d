package io.bpf4j.vm.patch;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An instruction that does elsewhere what it did at its own place. No form needs a register or the flags, and none
 * changes its size with the place.
 */
sealed interface Moved {
    /** The size of a jump with a distance of 32 bits. */
    int JUMP_SIZE = 5;

    /** Returns where the instruction was. */
    long from();

    /** Returns its bytes there. */
    int length();

    /** Returns its bytes elsewhere. */
    int size();

    /** Returns where a sequence may begin in which this is some bytes from the start. */
    Reach reach(int offset);

    /** Appends the bytes for an address. */
    void put(ByteBuffer out, long address);

    /** An instruction that means the same everywhere. */
    record Same(long from, byte[] code) implements Moved {
        @Override
        public int length() {
            return code.length;
        }

        @Override
        public int size() {
            return code.length;
        }

        @Override
        public Reach reach(int offset) {
            return Reach.ANYWHERE;
        }

        @Override
        public void put(ByteBuffer out, long address) {
            out.put(code);
        }
    }

    /** An instruction with a memory operand relative to rip, whose displacement is written anew. */
    record Based(long from, byte[] code, int displacementOffset, long target) implements Moved {
        @Override
        public int length() {
            return code.length;
        }

        @Override
        public int size() {
            return code.length;
        }

        @Override
        public Reach reach(int offset) {
            return Reach.to(target, offset + code.length);
        }

        @Override
        public void put(ByteBuffer out, long address) {
            int start = out.position();
            out.put(code);
            out.putInt(start + displacementOffset, (int) (target - address - code.length));
        }
    }

    /**
     * A jump to a distance, with 32 bits of it, whatever it had before.
     *
     * @param opcode with prefixes
     */
    record Branch(long from, int length, byte[] opcode, long target) implements Moved {
        @Override
        public int size() {
            return opcode.length + Integer.BYTES;
        }

        @Override
        public Reach reach(int offset) {
            return Reach.to(target, offset + size());
        }

        @Override
        public void put(ByteBuffer out, long address) {
            out.put(opcode).putInt((int) (target - address - size()));
        }
    }

    /**
     * LOOPcc or JRCXZ, which have no more than 8 bits of distance:
     *
     * <pre>
     *     loop 1f; jmp 2f; 1: jmp target; 2:
     * </pre>
     *
     * @param code as it was; the distance is the last byte
     */
    record Counted(long from, byte[] code, long target) implements Moved {
        private static final int SHORT_JUMP = 2;

        @Override
        public int length() {
            return code.length;
        }

        @Override
        public int size() {
            return code.length + SHORT_JUMP + JUMP_SIZE;
        }

        @Override
        public Reach reach(int offset) {
            return Reach.to(target, offset + size());
        }

        @Override
        public void put(ByteBuffer out, long address) {
            out.put(code, 0, code.length - 1).put((byte) SHORT_JUMP);
            out.put((byte) 0xeb).put((byte) JUMP_SIZE);
            out.put((byte) 0xe9).putInt((int) (target - address - size()));
        }
    }

    /**
     * A call, as a jump after a push of the address to which the call would have returned: what is called sees, and
     * unwinders see, the stack that they saw before. The return is predicted wrongly, once per call.
     *
     * <pre>
     *     push [rip + 1f]; jmp target; 1: .quad return address
     * </pre>
     *
     * @param jump what goes to the target, which has a 32-bit field for a distance unless the offset is negative
     */
    record Call(long from, int length, byte[] jump, int distanceOffset, long target) implements Moved {
        private static final int PUSH_SIZE = 6;

        @Override
        public int size() {
            return PUSH_SIZE + jump.length + Long.BYTES;
        }

        @Override
        public Reach reach(int offset) {
            return distanceOffset < 0
                    ? Reach.ANYWHERE
                    : Reach.to(target, offset + PUSH_SIZE + jump.length);
        }

        @Override
        public void put(ByteBuffer out, long address) {
            out.put((byte) 0xff).put((byte) 0x35).putInt(jump.length);
            int start = out.position();
            out.put(jump);
            if (distanceOffset >= 0) {
                out.putInt(start + distanceOffset, (int) (target - address - PUSH_SIZE - jump.length));
            }
            out.putLong(from + length);
        }
    }

    /** Returns the jump that goes back to where the code was taken from. */
    static Moved back(long target) {
        return new Branch(target, 0, new byte[]{(byte) 0xe9}, target);
    }

    /** Returns the part of some bytes as an array. */
    static byte[] copy(byte[] bytes, int from, int length) {
        return Arrays.copyOfRange(bytes, from, from + length);
    }
}
