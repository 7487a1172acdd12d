package io.bpf4j.vm.patch;

/**
 * What a function does with what its caller left on the stack.
 *
 * @param arguments whether it has the address of, or reads or writes, anything above its return address, or hands on
 *        control with all of that in place
 * @param returnAddress whether it looks at its own return address other than by returning, or changes it
 */
public record StackUse(Answer arguments, Answer returnAddress) {

    static final StackUse NOTHING = new StackUse(Answer.NO, Answer.NO);
    static final StackUse UNKNOWN = new StackUse(Answer.UNKNOWN, Answer.UNKNOWN);

    StackUse and(StackUse other) {
        return new StackUse(arguments.or(other.arguments), returnAddress.or(other.returnAddress));
    }

    /**
     * Returns what an access means.
     *
     * @param distance from what rsp was at the entry to the first byte, at most
     * @param isExact whether it is just that
     */
    static StackUse ofAccess(long distance, boolean isExact) {
        if (distance < 0) {
            return NOTHING;
        }
        if (!isExact) {
            return UNKNOWN;
        }
        return distance < Long.BYTES
                ? new StackUse(Answer.NO, Answer.YES)
                : new StackUse(Answer.YES, Answer.NO);
    }
}
