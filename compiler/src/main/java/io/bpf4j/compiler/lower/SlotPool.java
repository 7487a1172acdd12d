package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Room in the frame, given back at the end of the scope or statement that asked for it, so that places whose lives do
 * not overlap share it. Every user fills its room before it reads it.
 */
final class SlotPool {
    private static final String TEMPORARY = "temporary values";

    private final List<Slot> all = new ArrayList<>();
    private final List<Slot> free = new ArrayList<>();
    private final Deque<Slot> taken = new ArrayDeque<>();
    private final Set<Slot> pinned = new HashSet<>();

    /**
     * Takes room that ends with the enclosing {@link #release}.
     *
     * @param at what to show where there is not room for all
     */
    Slot take(int size, String name, Span at) {
        int rounded = size <= Integer.BYTES ? Integer.BYTES : size + Long.BYTES - 1 & -Long.BYTES;
        int alignment = Math.min(Long.BYTES, rounded);
        for (Slot slot : free) {
            if (slot.size() == rounded && slot.name().equals(name)) {
                free.remove(slot);
                taken.push(slot);
                return slot;
            }
        }
        Slot slot = new Slot(all.size(), rounded, alignment, name, at);
        all.add(slot);
        taken.push(slot);
        return slot;
    }

    /** Takes room for a value without a name. */
    Slot take(int size, Span at) {
        return take(size, TEMPORARY, at);
    }

    /** Keeps a slot on the stack: it holds pointers, which the verifier loses sight of anywhere else. */
    void pin(Slot slot) {
        pinned.add(slot);
    }

    boolean isPinned(Slot slot) {
        return pinned.contains(slot);
    }

    /** Returns what {@link #release} needs to give back all that is taken from now on. */
    int mark() {
        return taken.size();
    }

    /** Gives back all that was taken since the mark. */
    void release(int mark) {
        while (taken.size() > mark) {
            free.add(taken.pop());
        }
    }

    /** Returns every slot there is. */
    List<Slot> all() {
        return List.copyOf(all);
    }
}
