package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Terminator.Branch;
import io.bpf4j.compiler.ir.Terminator.Jump;
import io.bpf4j.compiler.ir.Terminator.Return;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.Condition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides branches whose outcome is known, goes straight to where a chain of jumps ends, and unites blocks of which
 * the one is only followed by, and the other only follows, the other.
 */
public final class SimplifyBranches {

    private final Map<Integer, Block> blocks = new HashMap<>();
    /** The first block that does nothing but return an operand. */
    private final Map<Operand, Integer> returning = new HashMap<>();

    private SimplifyBranches(IrFunction function) {
        for (Block block : function.blocks()) {
            blocks.put(block.id(), block);
            if (block.instructions().isEmpty() && block.end() instanceof Return result) {
                returning.putIfAbsent(result.value(), block.id());
            }
        }
    }

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        SimplifyBranches pass = new SimplifyBranches(function);
        IrFunction direct = Flow.mapEnds(function, (block, end) -> pass.straight(block, decided(end)));
        return merge(RemoveUnreachableBlocks.run(direct));
    }

    private static Terminator decided(Terminator end) {
        if (!(end instanceof Branch branch)) {
            return end;
        }
        if (branch.whenTrue() == branch.whenFalse()) {
            return new Jump(branch.whenTrue(), branch.at());
        }
        if (branch.left() instanceof Constant(long left) && branch.right() instanceof Constant(long right)) {
            return outcome(branch, left, right);
        }
        // A number compared with itself: as if both were equal, except where it matters which number it is.
        boolean same = branch.left().equals(branch.right()) && branch.condition() != Condition.ANY_BIT;
        return same ? outcome(branch, 0, 0) : branch;
    }

    private static Jump outcome(Branch branch, long left, long right) {
        boolean taken = Arithmetic.holds(branch.condition(), branch.wide(), left, right);
        return new Jump(taken ? branch.whenTrue() : branch.whenFalse(), branch.at());
    }

    private Terminator straight(Block block, Terminator end) {
        return switch (end) {
            case Jump jump -> afterJump(block, jump);
            case Branch(var condition, var wide, var left, var right, var whenTrue, var whenFalse, var at) ->
                new Branch(condition, wide, left, right, last(whenTrue), last(whenFalse), at);
            case Return result -> result;
        };
    }

    /** Follows blocks that do nothing but jump, to one of those that return the same if they end there. */
    private int last(int target) {
        Set<Integer> seen = new HashSet<>();
        int at = target;
        while (seen.add(at) && blocks.get(at).instructions().isEmpty()
                && decided(blocks.get(at).end()) instanceof Jump jump) {
            at = jump.target();
        }
        Block block = blocks.get(at);
        return block.instructions().isEmpty() && block.end() instanceof Return result
                ? returning.get(result.value())
                : at;
    }

    private Terminator afterJump(Block block, Jump jump) {
        int target = last(jump.target());
        Block next = blocks.get(target);
        if (next.instructions().isEmpty() && next.end() instanceof Return result) {
            return result;
        }
        if (next.instructions().isEmpty() && next.end() instanceof Branch branch && target != block.id()) {
            Terminator known = decided(
                    Operands.withOperands(branch, operand -> constantAtEnd(block, operand)));
            if (known instanceof Jump decidedJump) {
                return new Jump(last(decidedJump.target()), jump.at());
            }
        }
        return new Jump(target, jump.at());
    }

    private static Operand constantAtEnd(Block block, Operand operand) {
        for (Instruction instruction : block.instructions().reversed()) {
            if (operand instanceof Value value
                    && Operands.result(instruction).filter(value::equals).isPresent()) {
                return instruction instanceof Copy copy && copy.source() instanceof Constant
                        ? copy.source()
                        : operand;
            }
        }
        return operand;
    }

    private static IrFunction merge(IrFunction function) {
        FlowGraph flow = Flow.of(function);
        Map<Integer, Integer> positions = Flow.positions(function);
        Map<Integer, Block> merged = new HashMap<>();
        function.blocks().forEach(block -> merged.put(block.id(), block));
        List<Integer> order = new ArrayList<>(function.blocks().stream().map(Block::id).toList());
        for (int index = 0; index < order.size(); index++) {
            Block block = merged.get(order.get(index));
            while (block.end() instanceof Jump(int target, var at) && target != block.id()
                    && target != function.blocks().getFirst().id()
                    && flow.predecessors(positions.get(target)).length == 1) {
                Block next = merged.remove(target);
                if (order.indexOf(target) < index) {
                    index--;
                }
                order.remove((Integer) target);
                List<Instruction> instructions = new ArrayList<>(block.instructions());
                instructions.addAll(next.instructions());
                block = new Block(block.id(), instructions, next.end());
                merged.put(block.id(), block);
            }
        }
        return Flow.withBlocks(function, order.stream().map(merged::get).toList());
    }
}
