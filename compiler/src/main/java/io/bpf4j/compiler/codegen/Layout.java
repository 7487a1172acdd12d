package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.Ending.Exit;
import io.bpf4j.compiler.codegen.Ending.Fork;
import io.bpf4j.compiler.codegen.Ending.Goto;
import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.vm.isa.Condition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each block of a function starts, in slots, with intermediate jumps wherever a distance of 16 bits is not
 * enough.
 */
final class Layout {

    /** A block is cut above this size, so that there are places for intermediate jumps. */
    private static final int LARGEST_BLOCK = 8000;
    /** How far from a jump its intermediate is placed at most; leaves room for others to be added in between. */
    private static final int REACH = 24000;

    private final boolean longJumps;
    private final List<MachineBlock> blocks;
    private final Map<Integer, Integer> starts = new HashMap<>();
    private final Map<Integer, List<Integer>> islands = new HashMap<>();
    private int nextId;
    private int end;

    private Layout(MachineFunction function, boolean longJumps) {
        this.longJumps = longJumps;
        nextId = function.blocks().stream().mapToInt(MachineBlock::id).max().orElseThrow() + 1;
        blocks = new ArrayList<>();
        function.blocks().forEach(this::addInPieces);
    }

    /** Places the blocks in their order; {@code longJumps} says whether there is a jump with 32 bits. */
    static Layout of(MachineFunction function, boolean longJumps) {
        Layout layout = new Layout(function, longJumps);
        do {
            layout.place();
        } while (layout.bridgeOne());
        return layout;
    }

    /** Returns the blocks in order. */
    List<MachineBlock> blocks() {
        return List.copyOf(blocks);
    }

    /** Returns the first slot of a block, counted from the function's. */
    int start(int block) {
        return starts.get(block);
    }

    /** Returns the number of slots. */
    int size() {
        return end;
    }

    /** Returns the id of the block behind the one at an index, or -1. */
    int next(int index) {
        return index + 1 < blocks.size() ? blocks.get(index + 1).id() : -1;
    }

    /** Returns whether a fork is best turned over: its true side is what follows. */
    static boolean turned(Fork fork, int next) {
        return fork.whenTrue() == next && fork.condition() != Condition.ANY_BIT;
    }

    /** Returns whether a jump must follow the fork's branch. */
    static boolean needsJump(Fork fork, int next) {
        return fork.whenFalse() != next && !turned(fork, next);
    }

    /** Returns the number of slots of an operation. */
    static int slots(Operation operation) {
        return switch (operation) {
            case Operation.Constant(var dst, var value) -> Emitter.isShort(value) ? 1 : 2;
            case Operation.MapHandle map -> 2;
            case Operation.MapValue value -> 2;
            case Operation.FrameAddress address -> 2;
            default -> 1;
        };
    }

    private static int slots(Ending ending, int next) {
        return switch (ending) {
            case Goto(int target) -> target == next ? 0 : 1;
            case Fork fork -> needsJump(fork, next) ? 2 : 1;
            case Exit exit -> 1;
        };
    }

    private void addInPieces(MachineBlock block) {
        List<Step> steps = block.steps();
        int id = block.id();
        int from = 0;
        while (steps.size() - from > LARGEST_BLOCK) {
            int rest = nextId++;
            blocks.add(new MachineBlock(id, steps.subList(from, from + LARGEST_BLOCK), new Goto(rest),
                    block.endAt()));
            from += LARGEST_BLOCK;
            id = rest;
        }
        blocks.add(new MachineBlock(id, steps.subList(from, steps.size()), block.end(), block.endAt()));
    }

    private void place() {
        int slot = 0;
        for (int index = 0; index < blocks.size(); index++) {
            MachineBlock block = blocks.get(index);
            starts.put(block.id(), slot);
            slot += block.steps().stream().mapToInt(step -> slots(step.operation())).sum();
            slot += slots(block.end(), next(index));
        }
        end = slot;
    }

    /** Returns whether a jump was too long, after putting one intermediate jump on its way. */
    private boolean bridgeOne() {
        for (int index = 0; index < blocks.size(); index++) {
            MachineBlock block = blocks.get(index);
            boolean jump = block.end() instanceof Goto;
            if (jump && longJumps) {
                continue;
            }
            int from = index + 1 < blocks.size() ? start(next(index)) : end;
            for (int target : block.end().targets()) {
                int distance = start(target) - from;
                // The branch of a fork may be one slot before its end.
                if (target != next(index) && (distance != (short) distance || distance == Short.MAX_VALUE)) {
                    bridge(index, from, target);
                    return true;
                }
            }
        }
        return false;
    }

    private void bridge(int index, int from, int target) {
        int island = reusableIsland(from, target);
        if (island < 0) {
            island = nextId++;
            islands.computeIfAbsent(target, none -> new ArrayList<>()).add(island);
            blocks.add(islandIndex(index, from, target),
                    new MachineBlock(island, List.of(), new Goto(target), blocks.get(index).endAt()));
        }
        int to = island;
        blocks.replaceAll(block -> block.id() == sourceId(index, to)
                ? block.withEnd(block.end().retarget(target, to))
                : block);
    }

    /** The source has moved by one if the island went in before it. */
    private int sourceId(int index, int island) {
        for (int at = 0; at <= index; at++) {
            if (blocks.get(at).id() == island) {
                return blocks.get(index + 1).id();
            }
        }
        return blocks.get(index).id();
    }

    private int reusableIsland(int from, int target) {
        for (int island : islands.getOrDefault(target, List.of())) {
            boolean between = longJumps || (start(island) - from > 0) == (start(target) - from > 0);
            if (between && Math.abs(start(island) - from) <= REACH) {
                return island;
            }
        }
        return -1;
    }

    private int islandIndex(int index, int from, int target) {
        if (longJumps) {
            return index + 1;
        }
        boolean forward = start(target) > from;
        int at = forward ? index + 1 : index;
        while (forward
                ? start(blocks.get(at + 1).id()) - from <= REACH
                : from - start(blocks.get(at - 1).id()) <= REACH) {
            at += forward ? 1 : -1;
        }
        return at;
    }
}
