package io.bpf4j.compiler.opt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Who follows whom among numbered blocks, with dominators and loop depths; block 0 is the entry.
 *
 * <p>Dominators by the iteration of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm").
 */
public final class FlowGraph {

    private final int[][] successors;
    private final int[][] predecessors;
    private final int[] order;
    private final int[] position;
    private final int[] dominator;
    private final int[] depth;

    /** Makes the graph from the successors of each block. */
    public FlowGraph(int[][] successors) {
        this.successors = successors;
        position = new int[successors.length];
        order = reversePostOrder();
        predecessors = invert();
        dominator = dominators();
        depth = loopDepths();
    }

    /** Returns the reachable blocks, each before those that it leads to but for back edges. */
    public int[] order() {
        return order.clone();
    }

    /** Returns whether a block can be reached from the entry. */
    public boolean reachable(int block) {
        return position[block] >= 0;
    }

    /** Returns the blocks that may follow. */
    public int[] successors(int block) {
        return successors[block].clone();
    }

    /** Returns the reachable blocks that may precede. */
    public int[] predecessors(int block) {
        return predecessors[block].clone();
    }

    /** Returns the number of natural loops around a block. */
    public int depth(int block) {
        return depth[block];
    }

    /** Returns whether every way from the entry to {@code inner} leads through {@code outer}; both reachable. */
    public boolean dominates(int outer, int inner) {
        int at = inner;
        while (position[at] > position[outer]) {
            at = dominator[at];
        }
        return at == outer;
    }

    private int[] reversePostOrder() {
        Arrays.fill(position, -1);
        int count = successors.length;
        int[] next = new int[count];
        int[] stack = new int[count + 1];
        int[] post = new int[count];
        BitSet seen = new BitSet(count);
        int top = 0;
        int done = 0;
        stack[top++] = 0;
        seen.set(0);
        while (top > 0) {
            int block = stack[top - 1];
            if (next[block] < successors[block].length) {
                int target = successors[block][next[block]++];
                if (!seen.get(target)) {
                    seen.set(target);
                    stack[top++] = target;
                }
            } else {
                post[done++] = block;
                top--;
            }
        }
        int[] reversed = new int[done];
        for (int index = 0; index < done; index++) {
            reversed[index] = post[done - 1 - index];
            position[reversed[index]] = index;
        }
        return reversed;
    }

    private int[][] invert() {
        List<List<Integer>> lists = new ArrayList<>();
        for (int block = 0; block < successors.length; block++) {
            lists.add(new ArrayList<>());
        }
        for (int block : order) {
            for (int target : successors[block]) {
                if (!lists.get(target).contains(block)) {
                    lists.get(target).add(block);
                }
            }
        }
        return lists.stream().map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }

    private int[] dominators() {
        int[] found = new int[successors.length];
        Arrays.fill(found, -1);
        found[0] = 0;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int block : order) {
                if (block == 0) {
                    continue;
                }
                int common = -1;
                for (int before : predecessors[block]) {
                    if (found[before] >= 0) {
                        common = common < 0 ? before : meet(found, common, before);
                    }
                }
                if (found[block] != common) {
                    found[block] = common;
                    changed = true;
                }
            }
        }
        return found;
    }

    private int meet(int[] found, int one, int other) {
        int left = one;
        int right = other;
        while (left != right) {
            while (position[left] > position[right]) {
                left = found[left];
            }
            while (position[right] > position[left]) {
                right = found[right];
            }
        }
        return left;
    }

    private int[] loopDepths() {
        int[] depths = new int[successors.length];
        for (int header : order) {
            BitSet body = new BitSet();
            for (int before : predecessors[header]) {
                if (dominates(header, before)) {
                    collect(header, before, body);
                }
            }
            body.stream().forEach(block -> depths[block]++);
        }
        return depths;
    }

    private void collect(int header, int latch, BitSet body) {
        body.set(header);
        List<Integer> pending = new ArrayList<>(List.of(latch));
        while (!pending.isEmpty()) {
            int block = pending.removeLast();
            if (!body.get(block)) {
                body.set(block);
                for (int before : predecessors[block]) {
                    pending.add(before);
                }
            }
        }
    }
}
