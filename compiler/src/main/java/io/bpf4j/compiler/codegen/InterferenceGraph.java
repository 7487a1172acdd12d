package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.Operation.Move;
import io.bpf4j.compiler.opt.FlowGraph;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which registers hold different values at once, which are copied to each other, and how often each is used. */
final class InterferenceGraph {

    /** How much more often the body of a loop is taken to run than what is around it. */
    private static final double LOOP_FACTOR = 10;
    private static final int MAXIMUM_DEPTH = 6;

    private final int size;
    private final BitSet[] neighbours;
    private final double[] weight;
    private final List<Move> moves = new ArrayList<>();
    private final List<Double> moveWeights = new ArrayList<>();

    InterferenceGraph(MachineFunction function) {
        size = function.registers();
        neighbours = new BitSet[size];
        weight = new double[size];
        for (int register = 0; register < size; register++) {
            neighbours[register] = new BitSet();
        }
        FlowGraph flow = function.flow();
        Liveness liveness = new Liveness(function, flow, Liveness.Numbering.REGISTERS);
        for (int block : flow.order()) {
            double frequency = Math.pow(LOOP_FACTOR, Math.min(flow.depth(block), MAXIMUM_DEPTH));
            liveness.walkBack(block, (step, accesses, live) -> visit(step, accesses, live, frequency));
        }
    }

    private void visit(MachineBlock.Step step, Accesses accesses, BitSet live, double frequency) {
        int copied = -1;
        if (step != null && step.operation() instanceof Move move) {
            copied = move.src();
            moves.add(move);
            moveWeights.add(frequency);
        }
        for (int definition : accesses.definitions()) {
            weight[definition] += frequency;
            for (int other = live.nextSetBit(0); other >= 0; other = live.nextSetBit(other + 1)) {
                if (other != copied) {
                    connect(definition, other);
                }
            }
            for (int other : accesses.definitions()) {
                connect(definition, other);
            }
        }
        for (int use : accesses.uses()) {
            weight[use] += frequency;
        }
    }

    private void connect(int one, int other) {
        if (one != other) {
            neighbours[one].set(other);
            neighbours[other].set(one);
        }
    }

    int size() {
        return size;
    }

    BitSet neighbours(int register) {
        return neighbours[register];
    }

    double weight(int register) {
        return weight[register];
    }

    List<Move> moves() {
        return moves;
    }

    double moveWeight(int index) {
        return moveWeights.get(index);
    }
}
