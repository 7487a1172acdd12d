package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.ast.DeclarationTree;
import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.DeclarationTree.Parameter;
import io.bpf4j.compiler.ast.DeclarationTree.Part;
import io.bpf4j.compiler.ast.DeclarationTree.Point;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ErrorNode;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Makes declarations of the syntax tree from the parser's; leaves out those that did not parse. */
final class DeclarationBuilder {

    private final Spans spans;
    private final Diagnostics diagnostics;
    private final Comments comments;
    private final ExpressionBuilder expressions;
    private final TypeBuilder types;
    private final StatementBuilder statements;

    DeclarationBuilder(Spans spans, Diagnostics diagnostics, List<CommonToken> tokens) {
        this.spans = spans;
        this.diagnostics = diagnostics;
        this.comments = new Comments(tokens);
        this.expressions = new ExpressionBuilder(spans, diagnostics);
        this.types = expressions.types();
        this.statements = new StatementBuilder(spans, expressions);
    }

    List<DeclarationTree> declarations(ProbeParser.UnitContext unit) {
        List<DeclarationTree> all = new ArrayList<>();
        for (ProbeParser.DeclarationContext declaration : unit.declaration()) {
            if (isWhole(declaration)) {
                add(declaration, all);
            }
        }
        return all;
    }

    private static boolean isWhole(ParserRuleContext root) {
        Deque<ParseTree> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            ParseTree tree = open.pop();
            if (tree instanceof ErrorNode
                    || tree instanceof ParserRuleContext context && context.exception != null) {
                return false;
            }
            for (int index = 0; index < tree.getChildCount(); index++) {
                open.push(tree.getChild(index));
            }
        }
        return true;
    }

    private void add(ProbeParser.DeclarationContext declaration, List<DeclarationTree> all) {
        Span at = spans.of(declaration);
        switch (declaration) {
            case ProbeParser.LicenseDeclarationContext license ->
                all.add(new DeclarationTree.License(expressions.text(license.STRING().getSymbol()), at));
            case ProbeParser.ImportDeclarationContext imported ->
                all.add(new DeclarationTree.Import(imported.importName().getText(), at));
            case ProbeParser.MapDeclarationContext map -> all.add(map(map, at));
            case ProbeParser.ProbeDeclarationContext probe -> all.add(new DeclarationTree.Probe(
                    probe.point().stream().map(this::point).toList(), statements.block(probe.block()), at));
            case ProbeParser.TypedefDeclarationContext typedef -> typedef(typedef, at, all);
            case ProbeParser.TypedDeclarationContext typed -> typed(typed, at, all);
            default -> all.addAll(List.of());
        }
    }

    private DeclarationTree map(ProbeParser.MapDeclarationContext map, Span at) {
        Name kind = new Name(map.kind.getText(), spans.of(map.kind));
        List<TypeTree> arguments = map.typeArguments() == null
                ? List.of()
                : map.typeArguments().typeName().stream().map(types::typeName).toList();
        int nameAt = map.children.indexOf(map.name());
        List<ExpressionTree> shape = List.of();
        List<ExpressionTree> size = List.of();
        for (ProbeParser.MapArgumentsContext given : map.mapArguments()) {
            List<ExpressionTree> values = expressions.arguments(given.arguments());
            if (map.children.indexOf(given) < nameAt) {
                shape = values;
            } else {
                size = values;
            }
        }
        return new DeclarationTree.MapDefinition(kind, arguments, shape, types.name(map.name()), size, at);
    }

    private void typedef(ProbeParser.TypedefDeclarationContext typedef, Span at, List<DeclarationTree> all) {
        TypeTree base = types.specifier(typedef.specifier());
        for (ProbeParser.DeclaratorContext declarator : typedef.declarator()) {
            all.add(new DeclarationTree.Typedef(types.declared(base, typedef.specifier(), declarator),
                    types.name(declarator.name()), at));
            base = withoutBody(base);
        }
    }

    private void typed(ProbeParser.TypedDeclarationContext typed, Span at, List<DeclarationTree> all) {
        TypeTree base = types.specifier(typed.specifier());
        if (typed.declarator() == null) {
            if (base instanceof TypeTree.Tagged tagged) {
                all.add(new DeclarationTree.Tag(tagged, at));
            } else {
                diagnostics.warning(at, "syntax", "this declares nothing");
            }
            return;
        }
        if (base instanceof TypeTree.Tagged tagged && tagged.tag().isPresent() && tagged.body().isPresent()) {
            all.add(new DeclarationTree.Tag(tagged, at));
            base = withoutBody(base);
        }
        if (typed.functionRest() != null) {
            ProbeParser.FunctionRestContext rest = typed.functionRest();
            all.add(new DeclarationTree.Function(types.declared(base, typed.specifier(), typed.declarator()),
                    types.name(typed.declarator().name()), parameters(rest.parameters()),
                    Optional.ofNullable(rest.block()).map(statements::block), at));
            return;
        }
        all.add(variable(base, typed, typed.declarator(), typed.variableRest().initial()));
        for (ProbeParser.InitialDeclaratorContext more : typed.variableRest().initialDeclarator()) {
            all.add(variable(base, typed, more.declarator(), more.initial()));
        }
    }

    private DeclarationTree variable(TypeTree base, ProbeParser.TypedDeclarationContext typed,
            ProbeParser.DeclaratorContext declarator, ProbeParser.InitialContext initial) {
        boolean constant = typed.specifier().qualifier().stream().anyMatch(one -> one.CONST() != null)
                && declarator.star().isEmpty();
        return new DeclarationTree.Variable(constant, types.declared(base, typed.specifier(), declarator),
                types.name(declarator.name()),
                Optional.ofNullable(initial).map(one -> expressions.value(one.value())),
                comments.of(typed.getStart(), typed.getStop()), spans.of(declarator));
    }

    private static TypeTree withoutBody(TypeTree type) {
        return type instanceof TypeTree.Tagged tagged && tagged.tag().isPresent()
                ? new TypeTree.Tagged(tagged.keyword(), tagged.tag(), Optional.empty(), tagged.at())
                : type;
    }

    private List<Parameter> parameters(ProbeParser.ParametersContext parameters) {
        if (parameters == null) {
            return List.of();
        }
        List<Parameter> all = parameters.parameter().stream().map(this::parameter).toList();
        boolean isVoid = all.size() == 1 && all.getFirst().name().isEmpty()
                && all.getFirst().type() instanceof TypeTree.Named named && named.name().equals("void");
        return isVoid ? List.of() : all;
    }

    private Parameter parameter(ProbeParser.ParameterContext parameter) {
        TypeTree base = types.specifier(parameter.specifier());
        TypeTree type = types.wrapped(base, parameter.specifier(), parameter.star(), parameter.dimension());
        return new Parameter(type, Optional.ofNullable(parameter.name()).map(types::name),
                spans.of(parameter));
    }

    private Point point(ProbeParser.PointContext point) {
        List<Part> parts = new ArrayList<>();
        Part empty = new Part("", false, spans.of(point));
        boolean expected = true;
        for (ParseTree child : point.children) {
            if (child instanceof ProbeParser.PartContext part) {
                parts.add(part(part));
                expected = false;
            } else if (child instanceof TerminalNode leaf && leaf.getSymbol().getType() == ProbeLexer.COLON) {
                if (expected) {
                    parts.add(empty);
                }
                expected = true;
            } else {
                break;
            }
        }
        if (expected) {
            parts.add(empty);
        }
        Optional<List<Parameter>> parameters = point.LPAREN() == null
                ? Optional.empty()
                : Optional.of(parameters(point.parameters()));
        return new Point(parts, parameters, Optional.ofNullable(point.resultType()).map(types::resultType),
                spans.of(point));
    }

    private Part part(ProbeParser.PartContext part) {
        StringBuilder text = new StringBuilder();
        boolean quoted = !part.STRING().isEmpty();
        Token before = null;
        for (ParseTree child : part.children) {
            Token token = ((TerminalNode) child).getSymbol();
            if (before != null && before.getStopIndex() + 1 != token.getStartIndex()) {
                diagnostics.error(spans.of(token), "syntax",
                        "unexpected '" + token.getText() + "' in a probe point",
                        "put names with blanks into quotes");
            }
            text.append(
                    token.getType() == ProbeLexer.STRING ? expressions.text(token) : plain(token, quoted));
            before = token;
        }
        return new Part(text.toString(), quoted, spans.of(part));
    }

    /** Quoted text has a char a byte, so a word that is joined to it must have that too. */
    private static String plain(Token token, boolean quoted) {
        return quoted
                ? new String(token.getText().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                : token.getText();
    }
}
