package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.Operation.Move;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Gives each virtual register a machine register, or says which do not fit: iterated register coalescing (George and
 * Appel, "Iterated Register Coalescing", TOPLAS 1996), with the names of that paper.
 *
 * <p>Work lists are bit sets taken from the lowest number up, so that equal input gives equal output.
 */
final class Coloring {

    /** R0 to R9. */
    static final int COLOURS = 10;

    private static final int UNLIMITED = Integer.MAX_VALUE / 2;

    private final InterferenceGraph graph;
    private final int size;
    private final BitSet[] adjacent;
    private final int[] degree;
    private final int[] alias;
    private final int[] colour;
    private final double[] cost;
    private final List<List<Integer>> movesOf = new ArrayList<>();
    private final BitSet simplifyWorklist = new BitSet();
    private final BitSet freezeWorklist = new BitSet();
    private final BitSet spillWorklist = new BitSet();
    private final BitSet worklistMoves = new BitSet();
    private final BitSet activeMoves = new BitSet();
    private final BitSet removed = new BitSet();
    private final BitSet coalesced = new BitSet();
    private final BitSet spilled = new BitSet();
    private final List<Integer> selectStack = new ArrayList<>();

    Coloring(InterferenceGraph graph, BitSet unspillable) {
        this.graph = graph;
        size = graph.size();
        adjacent = new BitSet[size];
        degree = new int[size];
        alias = new int[size];
        colour = new int[size];
        cost = new double[size];
        Arrays.fill(colour, -1);
        for (int node = 0; node < size; node++) {
            adjacent[node] = (BitSet) graph.neighbours(node).clone();
            degree[node] = precoloured(node) ? UNLIMITED : adjacent[node].cardinality();
            alias[node] = node;
            cost[node] = unspillable.get(node) ? Double.POSITIVE_INFINITY : graph.weight(node);
            movesOf.add(new ArrayList<>());
        }
        for (int node = 0; node < COLOURS; node++) {
            colour[node] = node;
        }
        for (int index = 0; index < graph.moves().size(); index++) {
            Move move = graph.moves().get(index);
            worklistMoves.set(index);
            movesOf.get(move.src()).add(index);
            movesOf.get(move.dst()).add(index);
        }
        run();
    }

    /** Returns the machine register, or -1 for one that does not fit. */
    int colour(int register) {
        return colour[find(register)];
    }

    /** Returns the groups of registers that do not fit; those of one group can share a place in memory. */
    List<BitSet> spilled() {
        List<BitSet> groups = new ArrayList<>();
        for (int node = spilled.nextSetBit(0); node >= 0; node = spilled.nextSetBit(node + 1)) {
            BitSet group = new BitSet();
            for (int member = MachineFunction.FIRST_VIRTUAL; member < size; member++) {
                if (find(member) == node) {
                    group.set(member);
                }
            }
            groups.add(group);
        }
        return groups;
    }

    private static boolean precoloured(int node) {
        return node < MachineFunction.FIRST_VIRTUAL;
    }

    private void run() {
        for (int node = MachineFunction.FIRST_VIRTUAL; node < size; node++) {
            if (degree[node] >= COLOURS) {
                spillWorklist.set(node);
            } else if (moveRelated(node)) {
                freezeWorklist.set(node);
            } else {
                simplifyWorklist.set(node);
            }
        }
        while (true) {
            if (!simplifyWorklist.isEmpty()) {
                simplify();
            } else if (!worklistMoves.isEmpty()) {
                coalesce();
            } else if (!freezeWorklist.isEmpty()) {
                int node = freezeWorklist.nextSetBit(0);
                freezeWorklist.clear(node);
                simplifyWorklist.set(node);
                freezeMoves(node);
            } else if (!spillWorklist.isEmpty()) {
                selectSpill();
            } else {
                break;
            }
        }
        assignColours();
    }

    private int find(int node) {
        int at = node;
        while (alias[at] != at) {
            at = alias[at];
        }
        return at;
    }

    private BitSet neighbours(int node) {
        BitSet left = (BitSet) adjacent[node].clone();
        left.andNot(removed);
        left.andNot(coalesced);
        return left;
    }

    private boolean moveRelated(int node) {
        for (int move : movesOf.get(node)) {
            if (worklistMoves.get(move) || activeMoves.get(move)) {
                return true;
            }
        }
        return false;
    }

    private void simplify() {
        int node = simplifyWorklist.nextSetBit(0);
        simplifyWorklist.clear(node);
        push(node);
    }

    private void push(int node) {
        selectStack.add(node);
        removed.set(node);
        neighbours(node).stream().forEach(this::decrementDegree);
    }

    private void decrementDegree(int node) {
        if (precoloured(node)) {
            return;
        }
        degree[node]--;
        if (degree[node] == COLOURS - 1) {
            enableMoves(node);
            neighbours(node).stream().forEach(this::enableMoves);
            spillWorklist.clear(node);
            if (moveRelated(node)) {
                freezeWorklist.set(node);
            } else {
                simplifyWorklist.set(node);
            }
        }
    }

    private void enableMoves(int node) {
        for (int move : movesOf.get(node)) {
            if (activeMoves.get(move)) {
                activeMoves.clear(move);
                worklistMoves.set(move);
            }
        }
    }

    private int mostFrequentMove() {
        int best = worklistMoves.nextSetBit(0);
        for (int move = best; move >= 0; move = worklistMoves.nextSetBit(move + 1)) {
            if (graph.moveWeight(move) > graph.moveWeight(best)) {
                best = move;
            }
        }
        return best;
    }

    private void coalesce() {
        int index = mostFrequentMove();
        worklistMoves.clear(index);
        Move move = graph.moves().get(index);
        int first = find(move.src());
        int second = find(move.dst());
        int kept = precoloured(second) ? second : first;
        int gone = precoloured(second) ? first : second;
        if (kept == gone) {
            addWorkList(kept);
        } else if (precoloured(gone) || adjacent[kept].get(gone)) {
            addWorkList(kept);
            addWorkList(gone);
        } else if (precoloured(kept) ? fitsMachineRegister(kept, gone) : conservative(kept, gone)) {
            combine(kept, gone);
            addWorkList(kept);
        } else {
            activeMoves.set(index);
        }
    }

    private void addWorkList(int node) {
        if (!precoloured(node) && !moveRelated(node) && degree[node] < COLOURS && !removed.get(node)) {
            freezeWorklist.clear(node);
            simplifyWorklist.set(node);
        }
    }

    /** George's test: each neighbour is harmless already. */
    private boolean fitsMachineRegister(int kept, int gone) {
        BitSet around = neighbours(gone);
        for (int node = around.nextSetBit(0); node >= 0; node = around.nextSetBit(node + 1)) {
            if (degree[node] >= COLOURS && !precoloured(node) && !adjacent[node].get(kept)) {
                return false;
            }
        }
        return true;
    }

    /** Briggs' test: the union has fewer than {@link #COLOURS} neighbours of high degree. */
    private boolean conservative(int kept, int gone) {
        BitSet around = neighbours(kept);
        BitSet others = neighbours(gone);
        BitSet both = (BitSet) around.clone();
        both.and(others);
        around.or(others);
        int high = 0;
        for (int node = around.nextSetBit(0); node >= 0; node = around.nextSetBit(node + 1)) {
            int after = both.get(node) && !precoloured(node) ? degree[node] - 1 : degree[node];
            if (after >= COLOURS) {
                high++;
            }
        }
        return high < COLOURS;
    }

    private void combine(int kept, int gone) {
        freezeWorklist.clear(gone);
        spillWorklist.clear(gone);
        coalesced.set(gone);
        alias[gone] = kept;
        cost[kept] = together(cost[kept], cost[gone]);
        movesOf.get(kept).addAll(movesOf.get(gone));
        enableMoves(gone);
        BitSet around = neighbours(gone);
        for (int node = around.nextSetBit(0); node >= 0; node = around.nextSetBit(node + 1)) {
            addEdge(node, kept);
            decrementDegree(node);
        }
        if (!precoloured(kept) && degree[kept] >= COLOURS && freezeWorklist.get(kept)) {
            freezeWorklist.clear(kept);
            spillWorklist.set(kept);
        }
    }

    /** A reload that is united with a longer range can be spilled again: as part of that range. */
    private static double together(double one, double other) {
        boolean bothInfinite = Double.isInfinite(one) && Double.isInfinite(other);
        return bothInfinite || !Double.isInfinite(one) && !Double.isInfinite(other)
                ? one + other
                : Math.min(one, other);
    }

    private void addEdge(int one, int other) {
        if (one == other || adjacent[one].get(other)) {
            return;
        }
        adjacent[one].set(other);
        adjacent[other].set(one);
        if (!precoloured(one)) {
            degree[one]++;
        }
        if (!precoloured(other)) {
            degree[other]++;
        }
    }

    private void freezeMoves(int node) {
        for (int index : movesOf.get(node)) {
            if (!activeMoves.get(index) && !worklistMoves.get(index)) {
                continue;
            }
            Move move = graph.moves().get(index);
            int first = find(move.src());
            int second = find(move.dst());
            int other = second == find(node) ? first : second;
            activeMoves.clear(index);
            worklistMoves.clear(index);
            if (!precoloured(other) && !moveRelated(other) && degree[other] < COLOURS
                    && !removed.get(other)) {
                freezeWorklist.clear(other);
                simplifyWorklist.set(other);
            }
        }
    }

    private void selectSpill() {
        int best = -1;
        for (int node = spillWorklist.nextSetBit(0); node >= 0; node = spillWorklist.nextSetBit(node + 1)) {
            if (best < 0 || cost[node] / degree[node] < cost[best] / degree[best]) {
                best = node;
            }
        }
        spillWorklist.clear(best);
        simplifyWorklist.set(best);
        freezeMoves(best);
    }

    private void assignColours() {
        for (int index = selectStack.size() - 1; index >= 0; index--) {
            int node = selectStack.get(index);
            BitSet free = new BitSet();
            free.set(0, COLOURS);
            BitSet around = adjacent[node];
            for (int other = around.nextSetBit(0); other >= 0; other = around.nextSetBit(other + 1)) {
                int taken = colour[find(other)];
                if (taken >= 0) {
                    free.clear(taken);
                }
            }
            if (free.isEmpty()) {
                if (Double.isInfinite(cost[node])) {
                    throw new IllegalStateException("no register for a reload");
                }
                spilled.set(node);
            } else {
                colour[node] = preferred(node, free);
            }
        }
    }

    /** Prefers the register at the other end of a copy that was not coalesced. */
    private int preferred(int node, BitSet free) {
        for (int index : movesOf.get(node)) {
            Move move = graph.moves().get(index);
            int first = find(move.src());
            int other = first == node ? find(move.dst()) : first;
            if (colour[other] >= 0 && free.get(colour[other])) {
                return colour[other];
            }
        }
        return free.nextSetBit(0);
    }
}
