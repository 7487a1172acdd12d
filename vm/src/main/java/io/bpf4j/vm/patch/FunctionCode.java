package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.Transfer;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The instructions of one function, decoded one after the other from its start. */
public final class FunctionCode {
    private final Block text;
    private final Range range;
    private final long[] addresses;
    private final long end;
    private final long computedFrom;

    private FunctionCode(Block text, Range range, long[] addresses, long end, long computedFrom) {
        this.text = text;
        this.range = range;
        this.addresses = addresses;
        this.end = end;
        this.computedFrom = computedFrom;
    }

    /**
     * Decodes a function, up to its end or the first byte that is no instruction.
     *
     * @throws IllegalArgumentException if it is not within the text
     */
    public static FunctionCode of(Block text, Range function) {
        if (function.start() < text.range().start() || function.end() > text.range().end()) {
            throw new IllegalArgumentException("function " + function + " is not within " + text.range());
        }
        var decoder = new X64Decoder();
        long[] addresses = new long[(int) function.size() / 3 + 4];
        int count = 0;
        long at = function.start();
        long named = Long.MAX_VALUE;
        boolean jumpsIndirectly = false;
        while (at < function.end()
                && decoder.decode(text.bytes(), text.offsetOf(at), text.offsetOf(function.end()))) {
            if (count == addresses.length) {
                addresses = Arrays.copyOf(addresses, 2 * count);
            }
            addresses[count++] = at;
            jumpsIndirectly |= decoder.transfer() == Transfer.INDIRECT_JUMP && !decoder.isRipRelative();
            if (decoder.isRipRelative() && decoder.ripTarget(at) > function.start()
                    && decoder.ripTarget(at) < function.end()) {
                named = Math.min(named, decoder.ripTarget(at));
            }
            at += decoder.length();
        }
        return new FunctionCode(text, function, Arrays.copyOf(addresses, count), at,
                jumpsIndirectly ? named : Long.MAX_VALUE);
    }

    /** Returns the bytes that the function is among. */
    public Block text() {
        return text;
    }

    /** Returns the function's addresses. */
    public Range range() {
        return range;
    }

    /** Returns the number of instructions. */
    public int count() {
        return addresses.length;
    }

    /** Returns where an instruction is, by its position in the function; the count is where the decoding ended. */
    public long address(int index) {
        return index == addresses.length ? end : addresses[index];
    }

    /** Returns the position of the instruction at an address; negative if none begins there. */
    public int indexOf(long address) {
        return Arrays.binarySearch(addresses, address);
    }

    /** Returns whether the whole function is instructions. */
    public boolean isWhole() {
        return end == range.end();
    }

    /** Returns where the decoding ended: the function's end, or the first byte that is no instruction. */
    public long decodedEnd() {
        return end;
    }

    /**
     * Returns from which address on any instruction may be entered: hand-written code takes the address of some place
     * in itself, adds to it, and jumps there. There is none in most functions: {@link Long#MAX_VALUE}.
     */
    long computedFrom() {
        return computedFrom;
    }

    /** Returns the addresses of the instructions that return. */
    public List<Long> returns() {
        var decoder = new X64Decoder();
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < addresses.length; i++) {
            decode(decoder, i);
            if (Mover.isNearReturn(decoder)) {
                found.add(addresses[i]);
            }
        }
        return List.copyOf(found);
    }

    /** Looks at the instruction with a position. */
    void decode(X64Decoder decoder, int index) {
        decoder.decode(text.bytes(), text.offsetOf(addresses[index]), text.offsetOf(range.end()));
    }
}
