package io.bpf4j.compiler.ast;

import io.bpf4j.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/** What stands at file level. */
public sealed interface DeclarationTree {

    /** Returns the place in the source. */
    Span at();

    /** {@code license "GPL";}. */
    record License(String text, Span at) implements DeclarationTree {}

    /** {@code import name;}. */
    record Import(String name, Span at) implements DeclarationTree {}

    /** {@code struct S {...};} and its kin, without a variable. */
    record Tag(TypeTree.Tagged type, Span at) implements DeclarationTree {}

    /** {@code typedef type name;}. */
    record Typedef(TypeTree type, Name name, Span at) implements DeclarationTree {}

    /**
     * {@code const T name = value;}.
     *
     * @param description the comment on the line or above it, without its marks; empty if there is none
     */
    record Variable(boolean constant, TypeTree type, Name name, Optional<ExpressionTree> value,
            String description,
            Span at) implements DeclarationTree {}

    /** {@code map kind<types>(shape) name(size);}. */
    record MapDefinition(Name kind, List<TypeTree> types, List<ExpressionTree> shape, Name name,
            List<ExpressionTree> size, Span at) implements DeclarationTree {}

    /** {@code T name(parameters) { ... }}; without a body it is a forward declaration. */
    record Function(TypeTree result, Name name, List<Parameter> parameters,
            Optional<StatementTree.Block> body, Span at)
            implements
                DeclarationTree {}

    /** {@code probe point, point { ... }}. */
    record Probe(List<Point> points, StatementTree.Block body, Span at) implements DeclarationTree {}

    /** A name where it is declared or used. */
    record Name(String text, Span at) {}

    /** A parameter of a function or probe; without a name it only takes its place. */
    record Parameter(TypeTree type, Optional<Name> name, Span at) {}

    /**
     * A probe point: {@code part:part:part(parameters) -> result}.
     *
     * @param parameters absent if there is no parameter list, which differs from an empty one
     */
    record Point(List<Part> parts, Optional<List<Parameter>> parameters, Optional<TypeTree> result,
            Span at) {}

    /** What stands between two colons; {@code quoted} if a quoted string was part of it. */
    record Part(String text, boolean quoted, Span at) {}
}
