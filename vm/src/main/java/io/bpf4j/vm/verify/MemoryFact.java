package io.bpf4j.vm.verify;

/**
 * What is proved of the accesses of one instruction, on all paths: they are in bounds, and where.
 *
 * @param region what is accessed; {@link Region#SEVERAL} if that depends on the path
 * @param aligned whether the offset in the region is a multiple of the width on every path
 */
public record MemoryFact(Region region, boolean aligned) {

    /** What an address points into. */
    public enum Region {
        /** The frame of an active function. */
        STACK,
        /** What the program was started with. */
        CONTEXT,
        /** A value of a map. */
        MAP_VALUE,
        /** A record that was reserved in a ring. */
        RING_RECORD,
        /** A packet or its metadata. */
        PACKET,
        /** Something else of known size. */
        OTHER,
        /** It depends on the path. */
        SEVERAL
    }

    static MemoryFact of(PointerTarget target, boolean aligned) {
        return new MemoryFact(switch (target) {
            case PointerTarget.Stack stack -> Region.STACK;
            case PointerTarget.Context context -> Region.CONTEXT;
            case PointerTarget.MapValue value -> Region.MAP_VALUE;
            case PointerTarget.RingRecord ring -> Region.RING_RECORD;
            case PointerTarget.Packet packet -> Region.PACKET;
            case PointerTarget.PacketMeta meta -> Region.PACKET;
            default -> Region.OTHER;
        }, aligned);
    }

    /** Returns what holds whichever of the two holds. */
    MemoryFact or(MemoryFact other) {
        return new MemoryFact(region == other.region ? region : Region.SEVERAL, aligned && other.aligned);
    }
}
