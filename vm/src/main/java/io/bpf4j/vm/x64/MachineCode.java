package io.bpf4j.vm.x64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What an {@link X64Assembler} made: position-independent bytes, and what has to be filled in when they get a place.
 */
public final class MachineCode {

    private final byte[] bytes;
    private final List<Relocation> relocations;
    private final LineTable lines;
    private final CodeLayout layout;

    MachineCode(byte[] bytes, List<Relocation> relocations, LineTable lines, CodeLayout layout) {
        this.bytes = bytes;
        this.relocations = List.copyOf(relocations);
        this.lines = lines;
        this.layout = layout;
    }

    /** Returns the number of bytes. */
    public int size() {
        return bytes.length;
    }

    /** Returns a copy of the bytes; fields with relocations are zero. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the fields to fill in, in the order in which they were written. */
    public List<Relocation> relocations() {
        return relocations;
    }

    /** Returns which instruction each byte belongs to. */
    public LineTable lines() {
        return lines;
    }

    /**
     * Returns where a label is, in bytes from the start.
     *
     * @throws IllegalArgumentException if the label is another assembler's
     * @throws IllegalStateException if it is not bound
     */
    public int offsetOf(Label label) {
        return layout.offsetOf(label);
    }

    /**
     * Fills in the fields for code that will lie at an address, and returns the bytes.
     *
     * @param addresses gives each symbol's address
     * @throws IllegalArgumentException if a symbol is too far away for a 32-bit field
     */
    public byte[] link(long address, ToLongFunction<Symbol> addresses) {
        byte[] linked = bytes.clone();
        ByteBuffer fields = ByteBuffer.wrap(linked).order(ByteOrder.LITTLE_ENDIAN);
        for (Relocation relocation : relocations) {
            switch (relocation) {
                case Relocation.Own own -> fields.putLong(own.offset(), address + own.addend());
                case Relocation.Absolute(int offset, Symbol symbol, long addend) ->
                    fields.putLong(offset, addresses.applyAsLong(symbol) + addend);
                case Relocation.PcRelative(int offset, Symbol symbol, long addend) ->
                    fields.putInt(offset,
                            near(symbol, addresses.applyAsLong(symbol) + addend - (address + offset)));
            }
        }
        return linked;
    }

    private static int near(Symbol symbol, long distance) {
        if (distance != (int) distance) {
            throw new IllegalArgumentException(
                    symbol.name() + " is 0x" + Long.toHexString(distance)
                            + " bytes from the code, out of reach");
        }
        return (int) distance;
    }
}
