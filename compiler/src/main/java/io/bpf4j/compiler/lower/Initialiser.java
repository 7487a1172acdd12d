package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Aggregate.Part;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Fills memory with parts, and with zero bytes wherever no part is, so that nothing old shines through. */
final class Initialiser {
    private final FunctionLowering function;

    Initialiser(FunctionLowering function) {
        this.function = function;
    }

    void initialise(List<Part> parts, int size, Address destination) {
        List<Part> flat = new ArrayList<>();
        flatten(parts, 0, flat);
        zeroGaps(flat, size, destination);
        for (Part part : flat) {
            function.memory().store(part.value(), destination.plus(part.offset()));
        }
    }

    private static void flatten(List<Part> parts, int offset, List<Part> into) {
        for (Part part : parts) {
            if (part.value() instanceof Expression.Aggregate inner) {
                flatten(inner.parts(), offset + part.offset(), into);
            } else {
                into.add(new Part(offset + part.offset(), part.value()));
            }
        }
    }

    /** Clears, in whole words, what the parts leave open. */
    private void zeroGaps(List<Part> parts, int size, Address destination) {
        BitSet covered = new BitSet(size);
        parts.forEach(part -> covered.set(part.offset(), part.offset() + part.value().type().size()));
        int at = covered.nextClearBit(0);
        while (at < size) {
            int start = at & -Long.BYTES;
            int end = start;
            while (end < size && covered.nextClearBit(end) < Math.min(size, end + Long.BYTES)) {
                end += Long.BYTES;
            }
            end = Math.min(end, size);
            function.memory().zero(destination.plus(start), end - start);
            at = covered.nextClearBit(end);
        }
    }
}
