package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.LinkWord;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.QueueDescriptor;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;

/** First in, first out (kernel/bpf/queue_stack_maps.c; Michael and Scott's lock-free queue). */
final class QueueMap extends KeylessMap {

    private final int head;
    private final int tail;

    QueueMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.head = origin + (int) plan.own() + QueueDescriptor.HEAD;
        this.tail = origin + (int) plan.own() + QueueDescriptor.TAIL;
    }

    @Override
    void format() {
        super.format();
        int first = free.take(0);
        Words.set(buffer, place(first), LinkWord.next(Words.get(buffer, place(first)), 0));
        Words.set(buffer, head, first + 1L << 32);
        Words.set(buffer, tail, first + 1L << 32);
    }

    @Override
    long push(ByteBuffer values, int value, long flags) {
        if (flags != 0 && flags != EXIST) {
            return INVALID;
        }
        int node = free.take(0);
        while (node < 0) {
            if (flags != EXIST) {
                return FULL;
            }
            dequeue(null, 0);
            node = free.take(0);
        }
        Words.copyIn(values, value, buffer, place(node) + QueueDescriptor.VALUE, valueSize);
        enqueue(node);
        return DONE;
    }

    private void enqueue(int node) {
        Words.set(buffer, place(node), LinkWord.next(Words.get(buffer, place(node)), 0));
        while (true) {
            long last = Words.get(buffer, tail);
            int place = place(LinkWord.nodePlusOne(last) - 1);
            long link = Words.get(buffer, place);
            if (Words.get(buffer, tail) != last) {
                continue;
            }
            if (LinkWord.nodePlusOne(link) != 0) {
                Words.swap(buffer, tail, last, LinkWord.next(last, LinkWord.nodePlusOne(link)));
            } else if (Words.swap(buffer, place, link, LinkWord.next(link, node + 1))) {
                Words.swap(buffer, tail, last, LinkWord.next(last, node + 1));
                return;
            }
        }
    }

    @Override
    long take(ByteBuffer values, int value, boolean remove) {
        boolean found = remove ? dequeue(values, value) : first(values, value);
        if (found) {
            return DONE;
        }
        return nothing(values, value);
    }

    /** Copies the oldest value. */
    private boolean first(ByteBuffer values, int value) {
        while (true) {
            long first = Words.get(buffer, head);
            long link = Words.get(buffer, place(LinkWord.nodePlusOne(first) - 1));
            int next = LinkWord.nodePlusOne(link) - 1;
            if (next >= 0) {
                Words.copyOut(buffer, place(next) + QueueDescriptor.VALUE, values, value, valueSize);
            }
            Words.fence();
            if (Words.get(buffer, head) == first) {
                return next >= 0;
            }
        }
    }

    /** Takes the oldest value, to nowhere if no buffer is given. */
    private boolean dequeue(ByteBuffer values, int value) {
        while (true) {
            long first = Words.get(buffer, head);
            long last = Words.get(buffer, tail);
            long link = Words.get(buffer, place(LinkWord.nodePlusOne(first) - 1));
            if (Words.get(buffer, head) != first) {
                continue;
            }
            int next = LinkWord.nodePlusOne(link);
            if (LinkWord.nodePlusOne(first) == LinkWord.nodePlusOne(last)) {
                if (next == 0) {
                    return false;
                }
                Words.swap(buffer, tail, last, LinkWord.next(last, next));
                continue;
            }
            if (values != null) {
                Words.copyOut(buffer, place(next - 1) + QueueDescriptor.VALUE, values, value, valueSize);
            }
            if (Words.swap(buffer, head, first, LinkWord.next(first, next))) {
                free.give(LinkWord.nodePlusOne(first) - 1, 0);
                return true;
            }
        }
    }

    @Override
    public void clear() {
        while (dequeue(null, 0)) {
            Thread.onSpinWait();
        }
    }
}
