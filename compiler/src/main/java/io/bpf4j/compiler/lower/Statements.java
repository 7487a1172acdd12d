package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.vm.isa.Condition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Lowers statements. */
final class Statements {
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Loops loops;
    private final Deque<Integer> breakTargets = new ArrayDeque<>();
    private final Deque<Integer> continueTargets = new ArrayDeque<>();

    Statements(FunctionLowering function) {
        this.function = function;
        code = function.code();
        loops = new Loops(function, this);
    }

    /** Lowers a block; its variables' room is free afterwards. */
    void run(Statement.Block block) {
        run(block.statements());
    }

    private void run(List<Statement> statements) {
        int mark = code.slots().mark();
        Optional<Statement> before = Optional.empty();
        for (Statement statement : statements) {
            run(statement, before);
            before = Optional.of(statement);
        }
        code.slots().release(mark);
    }

    /** Lowers the body of a loop. */
    void body(Statement statement, int breakTarget, int continueTarget) {
        breakTargets.push(breakTarget);
        continueTargets.push(continueTarget);
        run(statement, Optional.empty());
        breakTargets.pop();
        continueTargets.pop();
    }

    private void run(Statement statement, Optional<Statement> before) {
        Span outer = code.moveTo(statement.at());
        if (statement instanceof Statement.Declare declare) {
            declare(declare);
        } else {
            int mark = code.slots().mark();
            lower(statement, before);
            code.slots().release(mark);
        }
        code.moveTo(outer);
    }

    private void lower(Statement statement, Optional<Statement> before) {
        switch (statement) {
            case Statement.Block block -> run(block.statements());
            case Statement.Declare declare -> declare(declare);
            case Statement.Evaluate evaluate -> function.expressions().effect(evaluate.expression());
            case Statement.If choice -> choose(choice);
            case Statement.Loop loop -> loops.loop(loop, before);
            case Statement.Switch choice -> choose(choice);
            case Statement.Break leave -> code.jump(breakTargets.peek());
            case Statement.Continue next -> code.jump(continueTargets.peek());
            case Statement.Return leave ->
                function.expressions().leave(leave.value().map(function.expressions()::value).orElse(ZERO));
        }
    }

    private void declare(Statement.Declare declare) {
        LocalVariable variable = declare.variable();
        if (!Types.isScalar(variable.type())) {
            declareInMemory(variable, declare.value());
            return;
        }
        int mark = code.slots().mark();
        Operand value = declare.value().map(function.expressions()::value).orElse(ZERO);
        code.slots().release(mark);
        Variables variables = function.variables();
        if (variables.facts().constantSinceDeclared(variable) && !variables.mayChange(value)) {
            variables.bind(variable, value);
        } else {
            variables.declare(variable);
            function.places().assign(variable, value);
        }
    }

    private void declareInMemory(LocalVariable variable, Optional<Expression> value) {
        Storage.InFrame frame = (Storage.InFrame) function.variables().declare(variable);
        Address address = new Address(frame.slot(), 0, Long.BYTES);
        int mark = code.slots().mark();
        if (value.isPresent()) {
            function.memory().into(value.get(), address);
        } else {
            function.memory().zero(address, variable.type().size());
        }
        code.slots().release(mark);
    }

    private void choose(Statement.If choice) {
        int whenTrue = code.block();
        int whenFalse = code.block();
        int end = choice.whenFalse().isPresent() ? code.block() : whenFalse;
        int mark = code.slots().mark();
        function.conditions().branch(choice.condition(), whenTrue, whenFalse);
        code.slots().release(mark);
        code.start(whenTrue);
        run(choice.whenTrue(), Optional.empty());
        if (choice.whenFalse().isPresent()) {
            code.jump(end);
            code.start(whenFalse);
            run(choice.whenFalse().get(), Optional.empty());
        }
        code.start(end);
    }

    private void choose(Statement.Switch choice) {
        Operand value = function.expressions().value(choice.value());
        boolean wide = Types.wide(choice.value().type());
        int end = code.block();
        int otherwise = end;
        int[] bodies = new int[choice.cases().size()];
        for (int i = 0; i < bodies.length; i++) {
            Statement.Switch.Case one = choice.cases().get(i);
            bodies[i] = code.block();
            otherwise = one.isDefault() ? bodies[i] : otherwise;
            for (long label : one.labels()) {
                int next = code.block();
                code.branch(Condition.EQUAL, wide, value, Operand.constant(label), bodies[i], next);
                code.start(next);
            }
        }
        code.jump(otherwise);
        breakTargets.push(end);
        int mark = code.slots().mark();
        for (int i = 0; i < bodies.length; i++) {
            code.start(bodies[i]);
            choice.cases().get(i).body().forEach(statement -> run(statement, Optional.empty()));
        }
        code.slots().release(mark);
        breakTargets.pop();
        code.start(end);
    }
}
