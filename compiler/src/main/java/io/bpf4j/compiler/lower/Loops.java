package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Statement;
import java.util.Optional;

/** Lowers loops: with the test at the end of the round, or written out. */
final class Loops {
    /** More rounds than these are not written out, whatever the source asks for. */
    private static final int MAXIMUM_UNROLLED = 256;
    /** A condition of more parts is not written twice, before the first round and behind each. */
    private static final int SMALL_CONDITION = 8;

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Statements statements;

    Loops(FunctionLowering function, Statements statements) {
        this.function = function;
        this.statements = statements;
        code = function.code();
    }

    void loop(Statement.Loop loop, Optional<Statement> before) {
        Optional<CountedLoop> counted = CountedLoop.of(loop, before, function.variables().facts());
        if (loop.unroll() && counted.isPresent() && counted.get().rounds() <= MAXIMUM_UNROLLED) {
            unroll(loop, counted.get());
        } else {
            repeat(loop, counted);
        }
    }

    private void unroll(Statement.Loop loop, CountedLoop counted) {
        int end = code.block();
        Storage storage = function.variables().of(counted.counter());
        for (long value : counted.values().subList(0, counted.rounds())) {
            int next = code.block();
            function.places().assign(counted.counter(), Operand.constant(value));
            function.variables().bind(counted.counter(), Operand.constant(value));
            statements.body(loop.body(), end, next);
            function.variables().restore(counted.counter(), storage);
            code.start(next);
        }
        function.places().assign(counted.counter(), Operand.constant(counted.values().getLast()));
        code.start(end);
    }

    private void repeat(Statement.Loop loop, Optional<CountedLoop> counted) {
        int head = code.block();
        int body = code.block();
        int next = code.block();
        int end = code.block();
        boolean testFirst = !loop.bodyFirst() && loop.condition().isPresent();
        boolean testTwice = testFirst && isSmall(loop.condition().get());
        if (testTwice && !counted.filter(known -> known.rounds() > 0).isPresent()) {
            test(loop.condition().get(), body, end);
        }
        if (testFirst && !testTwice) {
            code.start(head);
            test(loop.condition().get(), body, end);
        }
        code.start(body);
        counted.ifPresent(known -> setRange(known, Optional.of(known.range())));
        statements.body(loop.body(), end, next);
        counted.ifPresent(known -> setRange(known, Optional.empty()));
        code.start(next);
        loop.update().ifPresent(function.expressions()::effect);
        if (testFirst && !testTwice) {
            code.jump(head);
        } else if (loop.condition().isPresent()) {
            test(loop.condition().get(), body, end);
        } else {
            code.jump(body);
        }
        code.start(end);
    }

    private void setRange(CountedLoop counted, Optional<Range> range) {
        function.variables().setRange(counted.counter(), range);
    }

    private void test(Expression condition, int whenTrue, int whenFalse) {
        int mark = code.slots().mark();
        function.conditions().branch(condition, whenTrue, whenFalse);
        code.slots().release(mark);
    }

    private static boolean isSmall(Expression condition) {
        int[] parts = new int[1];
        TreeWalk.anyExpression(condition, inner -> ++parts[0] > SMALL_CONDITION);
        return parts[0] <= SMALL_CONDITION;
    }
}
