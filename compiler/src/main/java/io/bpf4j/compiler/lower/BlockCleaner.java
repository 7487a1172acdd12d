package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Terminator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tidies a function's blocks: jumps to empty blocks go where those lead, blocks that nothing reaches are left out (the
 * kernel refuses unreachable instructions), and a block that only one other runs into becomes part of it.
 */
final class BlockCleaner {
    private final Map<Integer, Block> blocks = new LinkedHashMap<>();
    private final int entry;

    private BlockCleaner(List<Block> given) {
        given.forEach(block -> blocks.put(block.id(), block));
        entry = given.getFirst().id();
    }

    static List<Block> clean(List<Block> given) {
        BlockCleaner cleaner = new BlockCleaner(given);
        cleaner.blocks.replaceAll((id, block) -> cleaner.thread(block));
        cleaner.dropUnreachable();
        cleaner.merge();
        return cleaner.renumbered();
    }

    private Block thread(Block block) {
        return new Block(block.id(), block.instructions(), switch (block.end()) {
            case Terminator.Jump jump -> new Terminator.Jump(follow(jump.target()), jump.at());
            case Terminator.Branch branch -> {
                int whenTrue = follow(branch.whenTrue());
                int whenFalse = follow(branch.whenFalse());
                yield whenTrue == whenFalse
                        ? new Terminator.Jump(whenTrue, branch.at())
                        : new Terminator.Branch(branch.condition(), branch.wide(), branch.left(),
                                branch.right(),
                                whenTrue, whenFalse, branch.at());
            }
            case Terminator.Return exit -> exit;
        });
    }

    private int follow(int target) {
        Set<Integer> seen = new HashSet<>();
        int current = target;
        while (seen.add(current) && blocks.get(current).instructions().isEmpty()
                && blocks.get(current).end() instanceof Terminator.Jump jump) {
            current = jump.target();
        }
        return current;
    }

    private static List<Integer> targets(Block block) {
        return switch (block.end()) {
            case Terminator.Jump jump -> List.of(jump.target());
            case Terminator.Branch branch -> List.of(branch.whenTrue(), branch.whenFalse());
            case Terminator.Return exit -> List.of();
        };
    }

    private void dropUnreachable() {
        Set<Integer> reached = new HashSet<>(List.of(entry));
        Deque<Integer> work = new ArrayDeque<>(reached);
        while (!work.isEmpty()) {
            for (int target : targets(blocks.get(work.pop()))) {
                if (reached.add(target)) {
                    work.push(target);
                }
            }
        }
        blocks.keySet().retainAll(reached);
    }

    private void merge() {
        Map<Integer, Integer> entrances = new HashMap<>();
        entrances.put(entry, 1);
        for (Block block : blocks.values()) {
            targets(block).forEach(target -> entrances.merge(target, 1, Integer::sum));
        }
        for (int id : List.copyOf(blocks.keySet())) {
            Block block = blocks.get(id);
            while (block != null && block.end() instanceof Terminator.Jump jump && jump.target() != id
                    && entrances.get(jump.target()) == 1) {
                Block next = blocks.remove(jump.target());
                List<Instruction> joined = new ArrayList<>(block.instructions());
                joined.addAll(next.instructions());
                block = new Block(id, joined, next.end());
                blocks.put(id, block);
            }
        }
    }

    private List<Block> renumbered() {
        Map<Integer, Integer> numbers = new HashMap<>();
        blocks.keySet().forEach(id -> numbers.put(id, numbers.size()));
        return blocks.values().stream()
                .map(block -> new Block(numbers.get(block.id()), block.instructions(),
                        renumbered(block.end(), numbers)))
                .toList();
    }

    private static Terminator renumbered(Terminator end, Map<Integer, Integer> numbers) {
        return switch (end) {
            case Terminator.Jump jump -> new Terminator.Jump(numbers.get(jump.target()), jump.at());
            case Terminator.Branch branch -> new Terminator.Branch(branch.condition(), branch.wide(),
                    branch.left(), branch.right(), numbers.get(branch.whenTrue()),
                    numbers.get(branch.whenFalse()), branch.at());
            case Terminator.Return exit -> exit;
        };
    }
}
