package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Visits every expression and place of a tree, outer ones first; bodies of called functions are not part of it. */
final class TreeWalk {
    private final Consumer<Expression> onExpression;
    private final Consumer<Place> onPlace;

    private TreeWalk(Consumer<Expression> onExpression, Consumer<Place> onPlace) {
        this.onExpression = onExpression;
        this.onPlace = onPlace;
    }

    static void visit(Statement statement, Consumer<Expression> onExpression, Consumer<Place> onPlace) {
        new TreeWalk(onExpression, onPlace).statement(statement);
    }

    /** Tells whether an expression or one inside it is of a kind. */
    static boolean anyExpression(Expression expression, Predicate<Expression> test) {
        boolean[] found = new boolean[1];
        new TreeWalk(inner -> found[0] |= test.test(inner), place -> {}).expression(expression);
        return found[0];
    }

    /** Tells whether a place inside an expression is of a kind. */
    static boolean anyPlace(Expression expression, Predicate<Place> test) {
        boolean[] found = new boolean[1];
        new TreeWalk(inner -> {}, place -> found[0] |= test.test(place)).expression(expression);
        return found[0];
    }

    private void statements(List<Statement> statements) {
        statements.forEach(this::statement);
    }

    private void statement(Statement statement) {
        switch (statement) {
            case Statement.Block block -> statements(block.statements());
            case Statement.Declare declare -> declare.value().ifPresent(this::expression);
            case Statement.Evaluate evaluate -> expression(evaluate.expression());
            case Statement.If choice -> {
                expression(choice.condition());
                statement(choice.whenTrue());
                choice.whenFalse().ifPresent(this::statement);
            }
            case Statement.Loop loop -> {
                loop.condition().ifPresent(this::expression);
                loop.update().ifPresent(this::expression);
                statement(loop.body());
            }
            case Statement.Switch choice -> {
                expression(choice.value());
                choice.cases().forEach(one -> statements(one.body()));
            }
            case Statement.Break leave -> {
            }
            case Statement.Continue next -> {
            }
            case Statement.Return leave -> leave.value().ifPresent(this::expression);
        }
    }

    private void expressions(List<Expression> expressions) {
        expressions.forEach(this::expression);
    }

    private void expression(Expression expression) {
        onExpression.accept(expression);
        switch (expression) {
            case Expression.Constant constant -> {
            }
            case Expression.Text text -> {
            }
            case Expression.Read read -> place(read.place());
            case Expression.AddressOf address -> place(address.place());
            case Expression.Negate negate -> expression(negate.operand());
            case Expression.Complement complement -> expression(complement.operand());
            case Expression.Not not -> expression(not.operand());
            case Expression.Convert convert -> expression(convert.operand());
            case Expression.TextEquals equals -> expression(equals.text());
            case Expression.UserRead read -> expression(read.address());
            case Expression.Arithmetic pair -> expressions(List.of(pair.left(), pair.right()));
            case Expression.PointerOffset pair -> expressions(List.of(pair.pointer(), pair.count()));
            case Expression.PointerDifference pair -> expressions(List.of(pair.left(), pair.right()));
            case Expression.Compare pair -> expressions(List.of(pair.left(), pair.right()));
            case Expression.Logical pair -> expressions(List.of(pair.left(), pair.right()));
            case Expression.Conditional choice ->
                expressions(List.of(choice.condition(), choice.whenTrue(), choice.whenFalse()));
            case Expression.Assign assign -> {
                place(assign.place());
                expression(assign.value());
            }
            case Expression.Compound compound -> {
                place(compound.place());
                expression(compound.value());
            }
            case Expression.Call call -> expressions(call.arguments());
            case Expression.Builtin builtin -> expressions(builtin.arguments());
            case Expression.MapCall call -> expressions(call.arguments());
            case Expression.Output output -> expressions(output.arguments());
            case Expression.Aggregate aggregate ->
                aggregate.parts().forEach(part -> expression(part.value()));
        }
    }

    private void place(Place place) {
        onPlace.accept(place);
        switch (place) {
            case Place.Local local -> {
            }
            case Place.Global global -> {
            }
            case Place.Context context -> {
            }
            case Place.Pointee pointee -> expression(pointee.pointer());
            case Place.Member member -> place(member.base());
            case Place.Element element -> {
                place(element.base());
                expression(element.index());
            }
            case Place.MapElement element -> expression(element.key());
        }
    }
}
