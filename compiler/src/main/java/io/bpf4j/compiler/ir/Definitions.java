package io.bpf4j.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Follows every path through a function to find registers that may be read before they are assigned. */
final class Definitions {
    private final IrFunction function;
    private final Map<Integer, Block> blocks = new HashMap<>();
    /** The registers that are assigned on every path to a block; absent for blocks that nothing reaches. */
    private final Map<Integer, BitSet> atStart = new HashMap<>();
    private final Set<String> problems = new LinkedHashSet<>();

    Definitions(IrFunction function) {
        this.function = function;
        for (Block block : function.blocks()) {
            if (blocks.put(block.id(), block) != null) {
                problems.add("two blocks have the number " + block.id());
            }
        }
    }

    List<String> problems() {
        if (blocks.isEmpty()) {
            return List.of("no block");
        }
        if (targetsExist()) {
            follow();
            for (Block block : function.blocks()) {
                BitSet assigned = atStart.get(block.id());
                if (assigned == null) {
                    problems.add("nothing reaches b" + block.id());
                } else {
                    pass(block, (BitSet) assigned.clone(), true);
                }
            }
        }
        return new ArrayList<>(problems);
    }

    private boolean targetsExist() {
        boolean all = true;
        for (Block block : function.blocks()) {
            for (int target : Operands.targets(block.end())) {
                if (!blocks.containsKey(target)) {
                    problems.add("b" + block.id() + " goes to b" + target + ", which does not exist");
                    all = false;
                }
            }
        }
        return all;
    }

    private void follow() {
        BitSet parameters = new BitSet();
        function.parameters().forEach(parameter -> parameters.set(parameter.id()));
        int entry = function.blocks().getFirst().id();
        atStart.put(entry, parameters);
        LinkedHashSet<Integer> work = new LinkedHashSet<>(List.of(entry));
        while (!work.isEmpty()) {
            Block block = blocks.get(work.removeFirst());
            BitSet atEnd = pass(block, (BitSet) atStart.get(block.id()).clone(), false);
            for (int target : Operands.targets(block.end())) {
                if (narrow(target, atEnd)) {
                    work.add(target);
                }
            }
        }
    }

    /** Keeps at a block's start only what this way in has too; returns whether that changed anything. */
    private boolean narrow(int target, BitSet atEnd) {
        BitSet known = atStart.get(target);
        if (known == null) {
            atStart.put(target, (BitSet) atEnd.clone());
            return true;
        }
        int before = known.cardinality();
        known.and(atEnd);
        return known.cardinality() != before;
    }

    private BitSet pass(Block block, BitSet assigned, boolean report) {
        for (Instruction instruction : block.instructions()) {
            read(Operands.used(instruction), assigned, block, report);
            Operands.result(instruction).ifPresent(result -> assigned.set(result.id()));
        }
        read(Operands.used(block.end()), assigned, block, report);
        return assigned;
    }

    private void read(List<Value> values, BitSet assigned, Block block, boolean report) {
        for (Value value : values) {
            if (report && !assigned.get(value.id())) {
                problems.add(value + " may be read in b" + block.id() + " before it is assigned");
            }
        }
    }
}
