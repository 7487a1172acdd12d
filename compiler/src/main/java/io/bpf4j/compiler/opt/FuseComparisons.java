package io.bpf4j.compiler.opt;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.Compare;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Terminator.Branch;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import java.util.List;

/** Branches on what was compared in place of the comparison's result, and on common bits in place of a mask. */
public final class FuseComparisons {

    private final Definitions definitions;

    private FuseComparisons(Definitions definitions) {
        this.definitions = definitions;
    }

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        FuseComparisons pass = new FuseComparisons(new Definitions(function));
        IrFunction compared = Flow.mapInstructions(function, pass::compare);
        return Flow.mapEnds(compared,
                (block, end) -> end instanceof Branch branch ? pass.branch(block, branch) : end);
    }

    private static boolean testsForZero(Condition condition, Operand right) {
        return (condition == Condition.EQUAL || condition == Condition.NOT_EQUAL)
                && right.equals(constant(0));
    }

    /** {@code !(a < b)} is {@code a >= b}. */
    private Instruction compare(Block block, Instruction instruction) {
        if (!(instruction instanceof Compare outer) || !testsForZero(outer.condition(), outer.right())
                || !(definitions.only(outer.left()).orElse(null) instanceof Compare inner)) {
            return instruction;
        }
        if (outer.condition() == Condition.NOT_EQUAL) {
            return new Copy(outer.result(), outer.left(), outer.at());
        }
        boolean fixed = definitions.single(inner.left()) && definitions.single(inner.right());
        return fixed && inner.condition() != Condition.ANY_BIT
                ? new Compare(outer.result(), inner.condition().negated(), inner.wide(), inner.left(),
                        inner.right(),
                        outer.at())
                : instruction;
    }

    private Terminator branch(Block block, Branch branch) {
        if (branch.left() instanceof Constant && branch.right() instanceof Value) {
            return new Branch(branch.condition().swapped(), branch.wide(), branch.right(), branch.left(),
                    branch.whenTrue(), branch.whenFalse(), branch.at());
        }
        if (!testsForZero(branch.condition(), branch.right())) {
            return branch;
        }
        Instruction tested = lastAssignment(block, branch.left());
        return switch (tested) {
            case Compare compare -> onCondition(branch, compare.condition(), compare.wide(), compare.left(),
                    compare.right());
            case Binary mask when mask.operation() == AluOperation.AND && (!mask.wide() || branch.wide())
                    && definitions.count(mask.result()) == 1 && definitions.uses(mask.result()) == 1
                    && immediate(mask) ->
                onCondition(branch, Condition.ANY_BIT, mask.wide(), mask.left(), mask.right());
            case null, default -> branch;
        };
    }

    private static boolean immediate(Binary mask) {
        return !(mask.right() instanceof Constant(long value)) || !mask.wide() || value == (int) value;
    }

    private static Branch onCondition(Branch branch, Condition condition, boolean wide, Operand left,
            Operand right) {
        boolean same = branch.condition() == Condition.NOT_EQUAL;
        return new Branch(condition, wide, left, right, same ? branch.whenTrue() : branch.whenFalse(),
                same ? branch.whenFalse() : branch.whenTrue(), branch.at());
    }

    /** Returns what assigned the operand, if its own operands still hold what they did. */
    private Instruction lastAssignment(Block block, Operand operand) {
        List<Instruction> instructions = block.instructions();
        for (int index = instructions.size() - 1; index >= 0; index--) {
            Instruction instruction = instructions.get(index);
            if (operand instanceof Value value
                    && Operands.result(instruction).filter(value::equals).isPresent()) {
                return unchangedAfter(instructions, index) ? instruction : null;
            }
        }
        Instruction elsewhere = definitions.only(operand).orElse(null);
        boolean fixed = elsewhere instanceof Compare
                && Operands.used(elsewhere).stream().allMatch(definitions::single);
        return fixed ? elsewhere : null;
    }

    private static boolean unchangedAfter(List<Instruction> instructions, int index) {
        List<Value> used = Operands.used(instructions.get(index));
        return instructions.subList(index, instructions.size()).stream()
                .noneMatch(later -> Operands.result(later).filter(used::contains).isPresent());
    }
}
