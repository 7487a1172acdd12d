package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.engine.Environment;
import io.bpf4j.vm.memory.Memory;
import java.nio.charset.StandardCharsets;

/** A world of known things. */
record SampleWorld(long[] userStack, long[] kernelStack) implements Environment {

    static final long FUNCTION = 0x40_1000L;
    static final long COOKIE = 0xc00c_1e00_0000_0001L;

    @Override
    public long monotonicNanos() {
        return 1;
    }

    @Override
    public long bootNanos() {
        return 2;
    }

    @Override
    public long taiNanos() {
        return 3;
    }

    @Override
    public long pidTgid() {
        return 40L << 32 | 41;
    }

    @Override
    public long uidGid() {
        return 50L << 32 | 51;
    }

    @Override
    public byte[] command() {
        return "sample".getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public int cpu() {
        return 1;
    }

    @Override
    public int random() {
        return 4;
    }

    @Override
    public long functionAddress() {
        return FUNCTION;
    }

    @Override
    public long attachCookie() {
        return COOKIE;
    }

    @Override
    public int readUser(long address, Memory target, long targetAddress, int length) {
        return 0;
    }

    @Override
    public int readKernel(long address, Memory target, long targetAddress, int length) {
        return 0;
    }

    @Override
    public long[] stack(boolean user) {
        return user ? userStack : kernelStack;
    }

    @Override
    public void print(byte[] text) {
        throw new UnsupportedOperationException("nothing is to be printed");
    }
}
