package io.bpf4j.vm.trampoline;

/**
 * Where things are in the process that code is made for; addresses are that process's.
 *
 * @param tid how a thread finds its id
 * @param slots the address of the thread slots: {@link #slotCount} of {@link #slotBytes} bytes, zeros at first
 * @param slotCount a power of two
 * @param slotBytes a power of two
 * @param missed the address of the number, of 64 bits, of hits at which nothing could run
 * @param shardOwners the address of the table that says which thread has which shard of the per-CPU maps
 * @param shardCount its length, in numbers of 32 bits
 * @param ownStack whether programs must not use the stack of the code that they interrupt (Go's are too small)
 */
public record TargetLayout(TidSource tid, long slots, int slotCount, int slotBytes, long missed,
        long shardOwners, int shardCount, boolean ownStack) {

    /** Checks the powers of two. */
    public TargetLayout {
        if (Integer.bitCount(slotCount) != 1 || Integer.bitCount(slotBytes) != 1) {
            throw new IllegalArgumentException(slotCount + " slots of " + slotBytes + " bytes");
        }
    }
}
