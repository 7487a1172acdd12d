package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.vm.abi.ProgramType;
import java.util.List;
import java.util.function.UnaryOperator;

/** Runs the passes in an order in which each prepares the next, again and again until nothing changes. */
public final class Optimizer {

    private static final int MAXIMUM_ROUNDS = 8;

    private static final List<UnaryOperator<IrFunction>> LAST = List.of(
            RematerializeReferences::run,
            RemoveDeadCode::run,
            OrderBlocks::run);

    private Optimizer() {}

    private static List<UnaryOperator<IrFunction>> round(ProgramType type) {
        return List.of(
                SplitLiveRanges::run,
                PropagateCopies::run,
                FoldConstants::run,
                FoldAddresses::run,
                function -> RemoveExtensions.run(function, type == ProgramType.TRACING),
                FuseComparisons::run,
                EliminateCommonSubexpressions::run,
                RemoveDeadCode::run,
                SimplifyBranches::run);
    }

    /** Runs all passes over a function of a program. */
    public static IrFunction run(IrFunction function, ProgramType type) {
        List<UnaryOperator<IrFunction>> round = round(type);
        IrFunction result = repeat(round, RemoveUnreachableBlocks.run(function));
        result = repeat(round, RotateLoops.run(result));
        for (UnaryOperator<IrFunction> pass : LAST) {
            result = pass.apply(result);
        }
        return result;
    }

    private static IrFunction repeat(List<UnaryOperator<IrFunction>> passes, IrFunction function) {
        IrFunction result = function;
        for (int round = 0; round < MAXIMUM_ROUNDS; round++) {
            IrFunction before = result;
            for (UnaryOperator<IrFunction> pass : passes) {
                result = pass.apply(result);
            }
            if (result.equals(before)) {
                break;
            }
        }
        return result;
    }
}
