package io.bpf4j.vm.type;

/**
 * A call stack that a program saw: a value of {@link IntType#USER_STACK} or {@link IntType#KERNEL_STACK}.
 *
 * <pre>
 *   bits 63..32  process id      bits 31..0  key in the unit's stack_trace map, or a negative errno
 * </pre>
 *
 * @param user whether it is a user stack
 * @param pid the process
 * @param id the key of its addresses, or a negative errno
 */
public record StackId(boolean user, int pid, int id) {

    /** Takes a value apart. */
    public static StackId of(IntType type, long value) {
        return new StackId(type == IntType.USER_STACK, (int) (value >>> 32), (int) value);
    }

    /** Returns whether there are addresses. */
    public boolean isKnown() {
        return id >= 0;
    }

    @Override
    public String toString() {
        return (user ? "ustack " : "kstack ") + pid + ":" + id;
    }
}
