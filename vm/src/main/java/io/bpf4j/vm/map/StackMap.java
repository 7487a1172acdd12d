package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.LinkWord;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.QueueDescriptor;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;

/**
 * Last in, first out (kernel/bpf/queue_stack_maps.c; Treiber's lock-free stack). To drop the oldest value takes time in
 * proportion to the size.
 */
final class StackMap extends KeylessMap {

    private final int top;

    StackMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.top = origin + (int) plan.own() + QueueDescriptor.TOP;
    }

    @Override
    long push(ByteBuffer values, int value, long flags) {
        if (flags != 0 && flags != EXIST) {
            return INVALID;
        }
        int most = spec().maxEntries();
        if (flags != EXIST && QueueDescriptor.size(Words.get(buffer, top)) == most) {
            return FULL;
        }
        int node = free.take(0);
        if (node < 0) {
            return FULL;
        }
        Words.copyIn(values, value, buffer, place(node) + QueueDescriptor.VALUE, valueSize);
        while (true) {
            long old = Words.get(buffer, top);
            int size = QueueDescriptor.size(old);
            if (size == most && flags != EXIST) {
                free.give(node, 0);
                return FULL;
            }
            int oldest = size == most ? oldest(old) : 0;
            if (oldest < 0) {
                continue;
            }
            long link = Words.get(buffer, place(node));
            Words.set(buffer, place(node), LinkWord.next(link, QueueDescriptor.nodePlusOne(old)));
            if (Words.swap(buffer, top, old, QueueDescriptor.top(old, node + 1, Math.min(size + 1, most)))) {
                if (oldest > 0) {
                    free.give(oldest - 1, 0);
                }
                return DONE;
            }
        }
    }

    /** Returns the number of the oldest value's node plus one; -1 if the stack changed meanwhile. */
    private int oldest(long old) {
        int node = QueueDescriptor.nodePlusOne(old);
        for (int i = QueueDescriptor.size(old); i > 1; i--) {
            node = LinkWord.nodePlusOne(Words.get(buffer, place(node - 1)));
            if (node == 0) {
                return -1;
            }
        }
        return node;
    }

    @Override
    long take(ByteBuffer values, int value, boolean remove) {
        while (true) {
            long old = Words.get(buffer, top);
            int size = QueueDescriptor.size(old);
            if (size == 0) {
                return nothing(values, value);
            }
            int node = QueueDescriptor.nodePlusOne(old);
            Words.copyOut(buffer, place(node - 1) + QueueDescriptor.VALUE, values, value, valueSize);
            int below = size == 1 ? 0 : LinkWord.nodePlusOne(Words.get(buffer, place(node - 1)));
            Words.fence();
            if (!remove) {
                if (Words.get(buffer, top) == old) {
                    return DONE;
                }
            } else if (Words.swap(buffer, top, old, QueueDescriptor.top(old, below, size - 1))) {
                free.give(node - 1, 0);
                return DONE;
            }
        }
    }

    @Override
    public void clear() {
        ByteBuffer value = direct(new byte[valueSize]);
        while (take(value, 0, true) == DONE) {
            Thread.onSpinWait();
        }
    }
}
