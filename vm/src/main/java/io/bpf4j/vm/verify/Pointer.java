package io.bpf4j.vm.verify;

/**
 * An address: that of the target plus a constant plus a number that is only known by its range.
 *
 * @param nullable whether it may be null instead; then nothing was added
 * @param offset the constant, in bytes
 * @param variable the number that is not constant; zero if there is none
 * @param id what copies of a nullable pointer, or of a packet pointer, share; 0 for none
 * @param reference the id of the reference that it holds; 0 for none
 * @param packetRange how many bytes from {@code variable} on were compared with the end of the packet
 */
record Pointer(PointerTarget target, boolean nullable, int offset, ScalarRange variable, int id,
        int reference,
        int packetRange) implements Value {

    Pointer(PointerTarget target) {
        this(target, false, 0, ScalarRange.ZERO, 0, 0, 0);
    }

    static Pointer nullable(PointerTarget target, int id, int reference) {
        return new Pointer(target, true, 0, ScalarRange.ZERO, id, reference, 0);
    }

    Pointer at(int newOffset) {
        return new Pointer(target, nullable, newOffset, variable, id, reference, packetRange);
    }

    /** Returns the same pointer with another number added; for packets the new id tells it from others. */
    Pointer with(int newOffset, ScalarRange newVariable, int newId) {
        return new Pointer(target, nullable, newOffset, newVariable, newId, reference, 0);
    }

    Pointer withPacketRange(int range) {
        return new Pointer(target, nullable, offset, variable, id, reference, range);
    }

    /** Returns the pointer after it was compared with null and is not. */
    Pointer notNull() {
        return new Pointer(target, false, offset, variable, reference == 0 ? 0 : id, reference, packetRange);
    }

    boolean isPacket() {
        return target instanceof PointerTarget.Packet || target instanceof PointerTarget.PacketMeta;
    }

    boolean isStack() {
        return target instanceof PointerTarget.Stack;
    }

    boolean isContext() {
        return target instanceof PointerTarget.Context;
    }

    /** Returns whether the offset is known. */
    boolean isFixed() {
        return variable.isConstant();
    }

    /** Returns the whole offset if it is known. */
    long fixedOffset() {
        return offset + variable.value();
    }

    @Override
    public String toString() {
        String place = variable.isConstant(0)
                ? offset == 0 ? "" : " at offset " + offset
                : " at offset " + (offset == 0 ? "" : offset + " + ") + variable;
        return (nullable ? "null or " : "") + "a pointer to " + target.words() + place;
    }
}
