package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.StatementTree;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks steps; one that is wrong is reported and left out, so that those after it are checked too. */
final class StatementChecker {

    private final Body body;
    private final ExpressionChecker expressions;
    private final SwitchChecker switches;
    private int loops;
    private int breakable;

    StatementChecker(Body body) {
        this.body = body;
        this.expressions = new ExpressionChecker(body);
        this.switches = new SwitchChecker(body, this);
    }

    ExpressionChecker expressions() {
        return expressions;
    }

    Statement.Block block(StatementTree.Block block) {
        body.open();
        List<Statement> statements = new ArrayList<>();
        block.statements().forEach(one -> add(one, statements));
        body.close();
        return new Statement.Block(statements, block.at());
    }

    /** Checks a statement and adds what it becomes. */
    void add(StatementTree tree, List<Statement> statements) {
        try {
            if (tree instanceof StatementTree.Declare declare) {
                declare.variables().forEach(local -> declare(local, declare.at(), statements));
                if (declare.variables().isEmpty()) {
                    throw new Mistake(tree.at(), "syntax", "this declares nothing",
                            "declare types at file level");
                }
            } else if (!(tree instanceof StatementTree.Empty)) {
                statements.add(statement(tree));
            }
        } catch (Mistake mistake) {
            body.environment().report(mistake);
        }
    }

    private Statement statement(StatementTree tree) {
        Span at = tree.at();
        return switch (tree) {
            case StatementTree.Block block -> block(block);
            case StatementTree.Evaluate evaluate -> evaluate(evaluate);
            case StatementTree.If branch ->
                new Statement.If(condition(branch.condition()), nested(branch.whenTrue()),
                        branch.whenFalse().map(this::nested), at);
            case StatementTree.For loop -> loop(loop);
            case StatementTree.While loop -> {
                Expression condition = condition(loop.condition());
                yield new Statement.Loop(Optional.of(condition), Optional.empty(), looped(loop.body()), false,
                        loop.unroll(), at);
            }
            case StatementTree.DoWhile loop -> {
                Statement inner = looped(loop.body());
                yield new Statement.Loop(Optional.of(condition(loop.condition())), Optional.empty(), inner,
                        true,
                        loop.unroll(), at);
            }
            case StatementTree.Switch choice -> {
                breakable++;
                try {
                    yield switches.check(choice);
                } finally {
                    breakable--;
                }
            }
            case StatementTree.Break jump -> {
                require(breakable > 0, at, "'break' stands outside any loop or switch");
                yield new Statement.Break(at);
            }
            case StatementTree.Continue jump -> {
                require(loops > 0, at, "'continue' stands outside any loop");
                yield new Statement.Continue(at);
            }
            case StatementTree.Return jump -> returned(jump);
            case StatementTree.Case label -> throw misplaced("'case'", at);
            case StatementTree.Default label -> throw misplaced("'default'", at);
            case StatementTree.Goto jump ->
                throw new Mistake(at, "syntax", "there is no goto", "use loops and functions");
            case StatementTree.Empty empty -> new Statement.Block(List.of(), at);
            case StatementTree.Declare declare ->
                throw new IllegalStateException("declarations are added one by one");
        };
    }

    private static void require(boolean holds, Span at, String message) {
        if (!holds) {
            throw new Mistake(at, "syntax", message);
        }
    }

    private static Mistake misplaced(String word, Span at) {
        return new Mistake(at, "syntax", word + " stands outside the braces of a switch");
    }

    private Statement nested(StatementTree tree) {
        if (tree instanceof StatementTree.Block block) {
            return block(block);
        }
        return block(new StatementTree.Block(List.of(tree), tree.at()));
    }

    private Expression condition(ExpressionTree tree) {
        if (tree instanceof ExpressionTree.Assign assign && assign.operator().isEmpty()) {
            expressions.diagnostics().warning(tree.at(), "condition", "this assigns; is '==' meant?");
        }
        return Conversions.truth(expressions.scalar(tree));
    }

    private Statement evaluate(StatementTree.Evaluate evaluate) {
        Expression value = expressions.value(evaluate.expression());
        boolean effect = value instanceof Expression.Assign || value instanceof Expression.Compound
                || value instanceof Expression.Call || value instanceof Expression.Builtin
                || value instanceof Expression.MapCall || value instanceof Expression.Output
                || value instanceof Expression.Logical || value instanceof Expression.Conditional
                || evaluate.expression() instanceof ExpressionTree.Cast;
        if (!effect) {
            expressions.diagnostics().warning(evaluate.at(), "unused", "this has no effect");
        }
        return new Statement.Evaluate(value, evaluate.at());
    }

    private Statement loop(StatementTree.For loop) {
        body.open();
        try {
            List<Statement> statements = new ArrayList<>();
            loop.start().ifPresent(start -> add(start, statements));
            Optional<Expression> condition = loop.condition().map(this::condition);
            Optional<Expression> update = loop.update().map(expressions::value);
            statements.add(new Statement.Loop(condition, update, looped(loop.body()), false, loop.unroll(),
                    loop.at()));
            return new Statement.Block(statements, loop.at());
        } finally {
            body.close();
        }
    }

    private Statement looped(StatementTree tree) {
        loops++;
        breakable++;
        try {
            return nested(tree);
        } finally {
            loops--;
            breakable--;
        }
    }

    private Statement returned(StatementTree.Return jump) {
        boolean isVoid = body.result() == VoidType.VOID;
        if (jump.value().isEmpty()) {
            require(isVoid, jump.at(),
                    "this function returns '" + body.result().spelling() + "', so a value is needed");
            return new Statement.Return(Optional.empty(), jump.at());
        }
        if (isVoid) {
            throw new Mistake(jump.at(), "type", body.context().isPresent()
                    ? "a probe returns nothing"
                    : "this function returns nothing", "write 'return;'");
        }
        return new Statement.Return(Optional.of(expressions.to(jump.value().get(), body.result())),
                jump.at());
    }

    private void declare(StatementTree.Local local, Span at, List<Statement> statements) {
        try {
            Type type = body.environment().types().complete(sized(local), AddressSpace.OWN);
            Optional<Expression> value = local.value().map(given -> initial(given, type, local.type()));
            Type settled = value.map(Expression::type).orElse(type);
            LocalVariable variable = new LocalVariable(local.name().text(), settled, local.name().at());
            body.declare(variable.name(), new Symbol.Local(variable));
            statements.add(new Statement.Declare(variable, value, at));
        } catch (Mistake mistake) {
            body.environment().report(mistake);
            declareAnyway(local);
        }
    }

    /** One mistake is enough: uses of the variable shall not be reported too. */
    private void declareAnyway(StatementTree.Local local) {
        LocalVariable variable = new LocalVariable(local.name().text(), guessed(local), local.name().at());
        body.scope().declare(variable.name(), new Symbol.Local(variable));
        body.use(variable);
    }

    private Type guessed(StatementTree.Local local) {
        try {
            return body.environment().types().complete(local.type(), AddressSpace.OWN);
        } catch (Mistake again) {
            return IntType.S64;
        }
    }

    /** An array without a length has that of its value. */
    private static TypeTree sized(StatementTree.Local local) {
        return Initialisers.sized(local.type(), local.value(), local.name());
    }

    /** A pointer without a word for whose memory it points into takes that of its first value. */
    private Expression initial(ExpressionTree value, Type type, TypeTree written) {
        boolean open = written instanceof TypeTree.Pointer pointer && pointer.space().isEmpty();
        if (!open || value instanceof ExpressionTree.Aggregate || value instanceof ExpressionTree.Null) {
            return expressions.to(value, type);
        }
        Expression given = expressions.decayed(expressions.operand(value));
        Type settled = given.type() instanceof PointerType from
                ? new PointerType(((PointerType) type).target(), from.space())
                : type;
        return body.environment().conversions().assigned(given, settled);
    }
}
