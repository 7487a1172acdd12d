package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives assignments of one value that never reach a common use names of their own, so that only what truly varies,
 * such as a loop's counter, is assigned more than once.
 */
public final class SplitLiveRanges {

    private final IrFunction function;
    private final Names names;
    private final Map<Value, BitSet> assignmentsOf = new HashMap<>();
    private final List<Value> assigned = new ArrayList<>();
    private final List<Integer> leader = new ArrayList<>();
    private final Map<Integer, Value> named = new HashMap<>();
    private final Map<Value, Integer> firstGroup = new HashMap<>();
    private final Map<Value, String> sourceNames = new HashMap<>();
    private BitSet[] reachingIn;

    private SplitLiveRanges(IrFunction function) {
        this.function = function;
        names = new Names(function);
        sourceNames.putAll(function.names());
    }

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        SplitLiveRanges pass = new SplitLiveRanges(function);
        pass.number();
        pass.solve();
        pass.walk(false);
        List<Block> blocks = pass.walk(true);
        return Flow.withBlocks(function, blocks).withNames(pass.sourceNames);
    }

    /** Numbers what every value holds at the start, then each assignment in order of the blocks. */
    private void number() {
        Definitions definitions = new Definitions(function);
        function.parameters().forEach(this::see);
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                Operands.used(instruction).forEach(this::see);
                Operands.result(instruction).ifPresent(this::see);
            }
            Operands.used(block.end()).forEach(this::see);
        }
        assignmentsOf.keySet().removeIf(value -> definitions.count(value) < 2);
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                Operands.result(instruction).filter(assignmentsOf::containsKey).ifPresent(this::assignment);
            }
        }
    }

    private void see(Value value) {
        if (!assignmentsOf.containsKey(value)) {
            assignmentsOf.put(value, new BitSet());
            assignment(value);
        }
    }

    private void assignment(Value value) {
        assignmentsOf.get(value).set(assigned.size());
        leader.add(assigned.size());
        assigned.add(value);
    }

    private void solve() {
        FlowGraph flow = Flow.of(function);
        int count = function.blocks().size();
        reachingIn = new BitSet[count];
        BitSet[] reachingOut = new BitSet[count];
        for (int index = 0; index < count; index++) {
            reachingIn[index] = new BitSet();
            reachingOut[index] = new BitSet();
        }
        assignmentsOf.values().forEach(all -> reachingIn[0].set(all.nextSetBit(0)));
        int[] firstNumbers = firstNumbers();
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int index : flow.order()) {
                for (int before : flow.predecessors(index)) {
                    reachingIn[index].or(reachingOut[before]);
                }
                BitSet out = (BitSet) reachingIn[index].clone();
                int next = firstNumbers[index];
                for (Instruction instruction : function.blocks().get(index).instructions()) {
                    Value result = Operands.result(instruction).orElse(null);
                    if (result != null && assignmentsOf.containsKey(result)) {
                        out.andNot(assignmentsOf.get(result));
                        out.set(next++);
                    }
                }
                if (!out.equals(reachingOut[index])) {
                    reachingOut[index] = out;
                    changed = true;
                }
            }
        }
    }

    /** Returns the number of the first assignment of each block. */
    private int[] firstNumbers() {
        int[] first = new int[function.blocks().size()];
        long assignments = function.blocks().stream().flatMap(block -> block.instructions().stream())
                .map(Operands::result).filter(result -> result.filter(assignmentsOf::containsKey).isPresent())
                .count();
        int next = assigned.size() - (int) assignments;
        for (int index = 0; index < first.length; index++) {
            first[index] = next;
            for (Instruction instruction : function.blocks().get(index).instructions()) {
                if (Operands.result(instruction).filter(assignmentsOf::containsKey).isPresent()) {
                    next++;
                }
            }
        }
        return first;
    }

    private List<Block> walk(boolean rename) {
        List<Block> blocks = new ArrayList<>();
        int[] first = firstNumbers();
        for (int index = 0; index < function.blocks().size(); index++) {
            Block block = function.blocks().get(index);
            BitSet reaching = (BitSet) reachingIn[index].clone();
            List<Instruction> instructions = new ArrayList<>();
            int next = first[index];
            for (Instruction instruction : block.instructions()) {
                Instruction changed = Operands.withOperands(instruction,
                        operand -> visit(operand, reaching, rename));
                Value result = Operands.result(instruction).orElse(null);
                if (result != null && assignmentsOf.containsKey(result)) {
                    reaching.andNot(assignmentsOf.get(result));
                    reaching.set(next);
                    changed = rename ? Operands.withResult(changed, nameOf(next)) : changed;
                    next++;
                }
                instructions.add(changed);
            }
            Terminator end = Operands.withOperands(block.end(), operand -> visit(operand, reaching, rename));
            blocks.add(new Block(block.id(), instructions, end));
        }
        return blocks;
    }

    /** Unites what reaches a use or, once all is united, names it. */
    private Operand visit(Operand operand, BitSet reaching, boolean rename) {
        if (!(operand instanceof Value value) || !assignmentsOf.containsKey(value)) {
            return operand;
        }
        BitSet here = (BitSet) assignmentsOf.get(value).clone();
        here.and(reaching);
        int one = here.nextSetBit(0);
        if (one < 0) {
            return operand;
        }
        if (rename) {
            return nameOf(one);
        }
        here.stream().forEach(other -> leader.set(find(other), find(one)));
        return operand;
    }

    private int find(int number) {
        int at = number;
        while (leader.get(at) != at) {
            at = leader.get(at);
        }
        return at;
    }

    /** A parameter keeps its name at the function's start; of other values the first group in order does. */
    private Value nameOf(int number) {
        int group = find(number);
        Value value = assigned.get(number);
        return named.computeIfAbsent(group, unnamed -> {
            boolean entry = find(assignmentsOf.get(value).nextSetBit(0)) == group;
            boolean parameter = function.parameters().contains(value);
            boolean keeps = parameter ? entry : firstGroup.putIfAbsent(value, group) == null;
            if (keeps) {
                return value;
            }
            Value split = names.value();
            if (function.names().containsKey(value)) {
                sourceNames.put(split, function.names().get(value));
            }
            return split;
        });
    }
}
