package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.UserRegistersDescriptor;
import io.bpf4j.vm.abi.PtRegs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** The general registers of a stopped thread; a value that does not change. */
public final class Registers {
    private final byte[] bytes;

    /** Takes over bytes of the layout {@link UserRegistersDescriptor}. */
    Registers(byte[] bytes) {
        this.bytes = bytes;
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns a register; {@code ORIG_AX} is the number of the system call that the thread is in, or -1. */
    public long get(PtRegs register) {
        return view(bytes).getLong(register.offset());
    }

    /** Returns a segment or its base, by its offset in {@link UserRegistersDescriptor}. */
    long segment(int offset) {
        return view(bytes).getLong(offset);
    }

    /** Returns where the thread goes on. */
    public long instructionPointer() {
        return get(PtRegs.IP);
    }

    /** Returns the top of its stack. */
    public long stackPointer() {
        return get(PtRegs.SP);
    }

    /** Returns where its thread-local storage is; unique among the threads that have any. */
    public long fsBase() {
        return segment(UserRegistersDescriptor.FS_BASE);
    }

    /** Returns the same registers but for one. */
    public Registers with(PtRegs register, long value) {
        return with(Map.of(register, value));
    }

    /** Returns the same registers but for some. */
    public Registers with(Map<PtRegs, Long> values) {
        byte[] changed = bytes.clone();
        values.forEach((register, value) -> view(changed).putLong(register.offset(), value));
        return new Registers(changed);
    }

    /** Whether the thread was in a system call when it stopped. */
    boolean isInSystemCall() {
        return get(PtRegs.ORIG_AX) >= 0;
    }

    byte[] bytes() {
        return bytes;
    }
}
