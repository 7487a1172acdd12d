package io.bpf4j.compiler.ast;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/** An expression as written; parentheses show in the tree's shape only. */
public sealed interface ExpressionTree {

    /** Returns the place in the source. */
    Span at();

    /**
     * A number.
     *
     * @param decimal whether it may not become unsigned by its size alone, as C decides
     */
    record Number(long value, boolean decimal, boolean unsigned, boolean isLong,
            Span at) implements ExpressionTree {}

    /** {@code 'c'}. */
    record Character(int value, Span at) implements ExpressionTree {}

    /** {@code "text"}, one char a byte, adjacent ones joined. */
    record Text(String value, Span at) implements ExpressionTree {}

    /** {@code true} or {@code false}. */
    record Truth(boolean value, Span at) implements ExpressionTree {}

    /** {@code null}. */
    record Null(Span at) implements ExpressionTree {}

    /** A name. */
    record NameUse(String name, Span at) implements ExpressionTree {}

    /** An operator before its operand. */
    record Prefix(PrefixOperator operator, ExpressionTree operand, Span at) implements ExpressionTree {}

    /** {@code a++} or {@code a--}. */
    record Postfix(boolean increment, ExpressionTree operand, Span at) implements ExpressionTree {}

    /** An operator between its operands. */
    record Binary(BinaryOperator operator, ExpressionTree left, ExpressionTree right, Span at)
            implements
                ExpressionTree {}

    /** {@code target = value}, or with an operator {@code target += value}. */
    record Assign(Optional<BinaryOperator> operator, ExpressionTree target, ExpressionTree value, Span at)
            implements
                ExpressionTree {}

    /** {@code condition ? a : b}. */
    record Conditional(ExpressionTree condition, ExpressionTree whenTrue, ExpressionTree whenFalse, Span at)
            implements
                ExpressionTree {}

    /** {@code (type) operand}, also {@code (type) { ... }}. */
    record Cast(TypeTree type, ExpressionTree operand, Span at) implements ExpressionTree {}

    /** {@code sizeof(type)}. */
    record SizeofType(TypeTree type, Span at) implements ExpressionTree {}

    /** {@code sizeof(expression)}. */
    record SizeofValue(ExpressionTree operand, Span at) implements ExpressionTree {}

    /** {@code offsetof(type, a.b)}. */
    record Offsetof(TypeTree type, List<Name> path, Span at) implements ExpressionTree {}

    /** {@code target(arguments)}. */
    record Call(ExpressionTree target, List<ExpressionTree> arguments, Span at) implements ExpressionTree {}

    /** {@code target.name} or {@code target->name}. */
    record Member(ExpressionTree target, Name name, boolean arrow, Span at) implements ExpressionTree {}

    /** {@code target[index]}. */
    record Index(ExpressionTree target, ExpressionTree index, Span at) implements ExpressionTree {}

    /** {@code { ... }} where a value is expected. */
    record Aggregate(List<Entry> entries, Span at) implements ExpressionTree {}

    /** A value in braces with the place that it is for, if that is written. */
    record Entry(List<Designator> designators, ExpressionTree value, Span at) {}

    /** {@code .name} or {@code [index]}. */
    sealed interface Designator {
        /** {@code .name}. */
        record Field(Name name) implements Designator {}

        /** {@code [index]}. */
        record Element(ExpressionTree index) implements Designator {}
    }

    /** Operators before an operand. */
    enum PrefixOperator {
        INCREMENT("++"),
        DECREMENT("--"),
        PLUS("+"),
        MINUS("-"),
        NOT("!"),
        COMPLEMENT("~"),
        DEREFERENCE("*"),
        ADDRESS("&");

        private final String spelling;

        PrefixOperator(String spelling) {
            this.spelling = spelling;
        }

        /** Returns the operator as written. */
        public String spelling() {
            return spelling;
        }
    }

    /** Operators between operands; a higher precedence binds tighter. */
    enum BinaryOperator {
        MULTIPLY("*", 10),
        DIVIDE("/", 10),
        MODULO("%", 10),
        ADD("+", 9),
        SUBTRACT("-", 9),
        SHIFT_LEFT("<<", 8),
        SHIFT_RIGHT(">>", 8),
        LESS("<", 7),
        GREATER(">", 7),
        LESS_OR_EQUAL("<=", 7),
        GREATER_OR_EQUAL(">=", 7),
        EQUAL("==", 6),
        NOT_EQUAL("!=", 6),
        AND("&", 5),
        XOR("^", 4),
        OR("|", 3),
        LOGICAL_AND("&&", 2),
        LOGICAL_OR("||", 1);

        private final String spelling;
        private final int precedence;

        BinaryOperator(String spelling, int precedence) {
            this.spelling = spelling;
            this.precedence = precedence;
        }

        /** Returns the operator as written. */
        public String spelling() {
            return spelling;
        }

        /** Returns how tightly it binds, from 1. */
        public int precedence() {
            return precedence;
        }
    }
}
