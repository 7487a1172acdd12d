package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Condition;

/** What comparisons with the end of a packet say (kernel/bpf/verifier.c, try_match_pkt_pointers). */
final class PacketBounds {

    /** The greatest packet (include/linux/bpf_verifier.h, MAX_PACKET_OFF). */
    private static final long MAX_PACKET = 0xffff;

    boolean areComparable(Value left, Value right) {
        return isStart(left) && isEndOf(left, right) || isStart(right) && isEndOf(right, left);
    }

    private static boolean isStart(Value value) {
        return value instanceof Pointer pointer && pointer.isPacket();
    }

    /** The metadata ends where the packet starts. */
    private static boolean isEndOf(Value start, Value end) {
        if (!(start instanceof Pointer from) || !(end instanceof Pointer to)) {
            return false;
        }
        return from.target() instanceof PointerTarget.Packet
                ? to.target() instanceof PointerTarget.PacketEnd
                : to.target() instanceof PointerTarget.Packet && to.offset() == 0
                        && to.variable().isConstant(0);
    }

    /**
     * Notes how much of the packet exists in the state where the comparison shows it.
     *
     * @param taken the state in which the condition holds
     */
    void learn(Condition condition, Value left, Value right, State taken, State notTaken) {
        boolean inOrder = isStart(left) && isEndOf(left, right);
        if (!inOrder && !(isStart(right) && isEndOf(right, left))) {
            return;
        }
        Pointer start = (Pointer) (inOrder ? left : right);
        switch (inOrder ? condition : condition.swapped()) {
            case GREATER -> exists(notTaken, start, false);
            case LESS -> exists(taken, start, true);
            case GREATER_OR_EQUAL -> exists(notTaken, start, true);
            case LESS_OR_EQUAL -> exists(taken, start, false);
            default -> {
                // Equality says nothing about order.
            }
        }
    }

    /** All that is before an address exists; and the byte there, if the address is strictly before the end. */
    private static void exists(State state, Pointer end, boolean strictly) {
        if (end.offset() < 0 || end.offset() == 0 && strictly
                || Long.compareUnsigned(end.variable().unsignedMax(), MAX_PACKET) > 0
                || end.variable().unsignedMax() + end.offset() > MAX_PACKET) {
            return;
        }
        int range = end.offset() + (strictly ? 1 : 0);
        state.replace(value -> value instanceof Pointer pointer && pointer.target().equals(end.target())
                && pointer.id() == end.id() && pointer.packetRange() < range
                        ? pointer.withPacketRange(range)
                        : value);
    }
}
