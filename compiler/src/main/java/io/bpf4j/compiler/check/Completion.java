package io.bpf4j.compiler.check;

import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Statement;
import java.util.List;

/** Finds out whether a statement can be followed by the next one. */
final class Completion {

    private Completion() {}

    static boolean completes(Statement statement) {
        return switch (statement) {
            case Statement.Block block -> completes(block.statements());
            case Statement.If branch -> branch.whenFalse().isEmpty() || completes(branch.whenTrue())
                    || completes(branch.whenFalse().get());
            case Statement.Loop loop -> breaks(loop.body()) || !forever(loop) && !(loop.bodyFirst()
                    && !completes(loop.body()));
            case Statement.Switch choice ->
                choice.cases().stream().noneMatch(Statement.Switch.Case::isDefault)
                        || completes(choice.cases().getLast().body())
                        || choice.cases().stream()
                                .anyMatch(one -> one.body().stream().anyMatch(Completion::breaks));
            case Statement.Return jump -> false;
            case Statement.Break jump -> false;
            case Statement.Continue jump -> false;
            case Statement.Declare declare -> true;
            case Statement.Evaluate evaluate -> true;
        };
    }

    private static boolean completes(List<Statement> statements) {
        return statements.stream().allMatch(Completion::completes);
    }

    private static boolean forever(Statement.Loop loop) {
        return loop.condition()
                .map(one -> one instanceof Expression.Constant constant && constant.value() != 0)
                .orElse(true);
    }

    private static boolean breaks(Statement statement) {
        return switch (statement) {
            case Statement.Break jump -> true;
            case Statement.Block block -> block.statements().stream().anyMatch(Completion::breaks);
            case Statement.If branch ->
                breaks(branch.whenTrue()) || branch.whenFalse().map(Completion::breaks).orElse(false);
            default -> false;
        };
    }
}
