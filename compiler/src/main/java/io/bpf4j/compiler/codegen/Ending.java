package io.bpf4j.compiler.codegen;

import io.bpf4j.vm.isa.Condition;

/** How a block of machine operations ends. */
sealed interface Ending {

    /** Goes on at another block. */
    record Goto(int target) implements Ending {}

    /** Goes on at one of two blocks. */
    record Fork(Condition condition, boolean wide, int left, Source right, int whenTrue, int whenFalse)
            implements
                Ending {}

    /** Returns R0. */
    record Exit() implements Ending {}

    /** Returns the blocks that may follow. */
    default int[] targets() {
        return switch (this) {
            case Goto go -> new int[]{go.target()};
            case Fork fork -> new int[]{fork.whenTrue(), fork.whenFalse()};
            case Exit exit -> new int[0];
        };
    }

    /** Returns the same ending on other registers. */
    default Ending rename(Renamer renamer) {
        return switch (this) {
            case Goto go -> go;
            case Fork(var condition, var wide, var left, var right, var whenTrue, var whenFalse) -> {
                int renamed = renamer.use(left);
                yield new Fork(condition, wide, renamed, renamer.use(right), whenTrue, whenFalse);
            }
            case Exit exit -> {
                renamer.use(Operation.RESULT);
                yield exit;
            }
        };
    }

    /** Returns the same ending with one target in place of another. */
    default Ending retarget(int from, int to) {
        return switch (this) {
            case Goto go -> go.target() == from ? new Goto(to) : go;
            case Fork(var condition, var wide, var left, var right, var whenTrue, var whenFalse) -> new Fork(
                    condition, wide, left, right, whenTrue == from ? to : whenTrue,
                    whenFalse == from ? to : whenFalse);
            case Exit exit -> exit;
        };
    }
}
