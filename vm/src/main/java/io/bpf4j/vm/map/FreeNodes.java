package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.LinkWord;
import io.bpf4j.vm.map.layout.NodeDescriptor;
import java.nio.ByteBuffer;

/** The nodes of a map that are not in use: several stacks, so that threads seldom meet; see {@link NodeDescriptor}. */
final class FreeNodes {

    private final ByteBuffer buffer;
    private final int stacks;
    private final int nodes;
    private final int stride;

    /** Takes the buffer and the indices of the stacks and of the first node in it. */
    FreeNodes(ByteBuffer buffer, int stacks, int nodes, int stride) {
        this.buffer = buffer;
        this.stacks = stacks;
        this.nodes = nodes;
        this.stride = stride;
    }

    /** Puts all nodes on the stacks, in memory that nobody else uses yet. */
    void format(int count) {
        for (int node = 0; node < count; node++) {
            int next = node + NodeDescriptor.FREE_STACKS < count ? node + NodeDescriptor.FREE_STACKS + 1 : 0;
            Words.set(buffer, nodes + node * stride, (long) next << 32 | LinkWord.MARK);
        }
        for (int stack = 0; stack < NodeDescriptor.FREE_STACKS && stack < count; stack++) {
            Words.set(buffer, stack(stack), stack + 1L << 32);
        }
    }

    private int stack(int number) {
        return stacks + (number & NodeDescriptor.FREE_STACKS - 1) * NodeDescriptor.CACHE_LINE;
    }

    /**
     * Takes a node.
     *
     * @param hint which stack to look at first
     * @return the node's number, or -1 if none is free; its link is still that of a free node
     */
    int take(int hint) {
        for (int i = 0; i < NodeDescriptor.FREE_STACKS; i++) {
            int stack = stack(hint + i);
            long head = Words.get(buffer, stack);
            while (LinkWord.nodePlusOne(head) != 0) {
                int node = LinkWord.nodePlusOne(head) - 1;
                long link = Words.get(buffer, nodes + node * stride);
                if (Words.swap(buffer, stack, head, LinkWord.next(head, LinkWord.nodePlusOne(link)))) {
                    return node;
                }
                head = Words.get(buffer, stack);
            }
        }
        return -1;
    }

    /** Gives a node back that nothing names any more. */
    void give(int node, int hint) {
        int stack = stack(hint);
        int place = nodes + node * stride;
        while (true) {
            long head = Words.get(buffer, stack);
            long link = LinkWord.next(Words.get(buffer, place), LinkWord.nodePlusOne(head));
            Words.set(buffer, place, link | LinkWord.MARK);
            if (Words.swap(buffer, stack, head, LinkWord.next(head, node + 1))) {
                return;
            }
        }
    }

    /** Counts the free nodes, while nobody takes or gives any. */
    int count() {
        int count = 0;
        for (int i = 0; i < NodeDescriptor.FREE_STACKS; i++) {
            int next = LinkWord.nodePlusOne(Words.get(buffer, stack(i)));
            for (; next != 0; count++) {
                next = LinkWord.nodePlusOne(Words.get(buffer, nodes + (next - 1) * stride));
            }
        }
        return count;
    }
}
