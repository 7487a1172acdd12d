package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.IrFunction;

/** Runs the passes. */
public final class Optimizer {

    private Optimizer() {}

    /** Runs all passes over a function. */
    public static IrFunction run(IrFunction function) {
        return RemoveUnreachableBlocks.run(function);
    }
}
