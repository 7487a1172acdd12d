package io.bpf4j.vm.jit.x64.runtime;

/** Provisional. */
public enum ProcessBlock {
    MISSED(0);
    private final int offset;

    ProcessBlock(int offset) {
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }
}
