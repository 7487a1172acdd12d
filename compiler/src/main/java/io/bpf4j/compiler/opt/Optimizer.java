package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.IrFunction;
import java.util.List;
import java.util.function.UnaryOperator;

/** Runs the passes in an order in which each prepares the next, again and again until nothing changes. */
public final class Optimizer {

    private static final int MAXIMUM_ROUNDS = 8;

    private static final List<UnaryOperator<IrFunction>> ROUND = List.of(
            SplitLiveRanges::run,
            PropagateCopies::run,
            FoldConstants::run,
            FoldAddresses::run,
            RemoveExtensions::run,
            FuseComparisons::run,
            EliminateCommonSubexpressions::run,
            RemoveDeadCode::run,
            SimplifyBranches::run);

    private static final List<UnaryOperator<IrFunction>> LAST = List.of(
            RematerializeReferences::run,
            RemoveDeadCode::run,
            OrderBlocks::run);

    private Optimizer() {}

    /** Runs all passes over a function. */
    public static IrFunction run(IrFunction function) {
        IrFunction result = rounds(RemoveUnreachableBlocks.run(function));
        result = rounds(RotateLoops.run(result));
        for (UnaryOperator<IrFunction> pass : LAST) {
            result = pass.apply(result);
        }
        return result;
    }

    private static IrFunction rounds(IrFunction function) {
        IrFunction result = function;
        for (int round = 0; round < MAXIMUM_ROUNDS; round++) {
            IrFunction before = result;
            for (UnaryOperator<IrFunction> pass : ROUND) {
                result = pass.apply(result);
            }
            if (result.equals(before)) {
                break;
            }
        }
        return result;
    }
}
