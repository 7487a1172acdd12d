package io.bpf4j.vm.jit.x64;

/** Provisional. */
public enum ThreadBlock {
    KEY(0),
    BUSY(4),
    OWNER(8),
    SHARD(12),
    PID_TGID(16),
    RANDOM(32),
    COOKIE(40),
    FUNCTION(48),
    PROCESS(56),
    HOST_STACK(64),
    REGISTERS(128);
    public static final int STACK_TOP = 6144;
    public static final int CALL_STACK_TOP = 8192;
    public static final int BYTES = 8192;
    private final int offset;

    ThreadBlock(int offset) {
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }
}
