package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.type.AddressSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes types of the syntax tree from the parser's. */
final class TypeBuilder {

    private final Spans spans;
    private final Diagnostics diagnostics;
    private final ExpressionBuilder expressions;

    TypeBuilder(Spans spans, Diagnostics diagnostics, ExpressionBuilder expressions) {
        this.spans = spans;
        this.diagnostics = diagnostics;
        this.expressions = expressions;
    }

    Name name(ProbeParser.NameContext name) {
        return new Name(name.getText(), spans.of(name));
    }

    TypeTree typeName(ProbeParser.TypeNameContext type) {
        return wrapped(specifier(type.specifier()), type.specifier(), type.star(), type.dimension());
    }

    TypeTree declared(TypeTree base, ProbeParser.SpecifierContext specifier,
            ProbeParser.DeclaratorContext declarator) {
        return wrapped(base, specifier, declarator.star(), declarator.dimension());
    }

    TypeTree resultType(ProbeParser.ResultTypeContext result) {
        return wrapped(plain(result.plainType()), result.qualifier(), result.star());
    }

    private TypeTree plain(ProbeParser.PlainTypeContext type) {
        Span at = spans.of(type);
        return switch (type) {
            case ProbeParser.PlainNumberContext number ->
                new TypeTree.Named(numberName(number.numbers(), at), at);
            case ProbeParser.PlainNameContext named -> new TypeTree.Named(named.getText(), at);
            case ProbeParser.PlainTagContext tag -> {
                TypeTree.Keyword keyword = tag.STRUCT() != null
                        ? TypeTree.Keyword.STRUCT
                        : tag.UNION() != null ? TypeTree.Keyword.UNION : TypeTree.Keyword.ENUM;
                yield tagged(keyword, tag.name(), Optional.empty(), at);
            }
            default -> throw new IllegalStateException("unknown type rule " + type.getText());
        };
    }

    /** Puts stars and brackets around a type; the first bracket is the outermost array. */
    TypeTree wrapped(TypeTree base, ProbeParser.SpecifierContext specifier,
            List<ProbeParser.StarContext> stars,
            List<ProbeParser.DimensionContext> dimensions) {
        TypeTree type = wrapped(base, specifier.qualifier(), stars);
        for (ProbeParser.DimensionContext dimension : dimensions.reversed()) {
            type = new TypeTree.Array(type,
                    Optional.ofNullable(dimension.expression()).map(expressions::expression),
                    spans.of(dimension));
        }
        return type;
    }

    private TypeTree wrapped(TypeTree base, List<ProbeParser.QualifierContext> qualifiers,
            List<ProbeParser.StarContext> stars) {
        TypeTree type = base;
        Optional<AddressSpace> space = space(qualifiers);
        for (ProbeParser.StarContext star : stars) {
            type = new TypeTree.Pointer(type, space, spans.of(star));
            space = space(star.qualifier());
        }
        return type;
    }

    private static Optional<AddressSpace> space(List<ProbeParser.QualifierContext> qualifiers) {
        Optional<AddressSpace> space = Optional.empty();
        for (ProbeParser.QualifierContext qualifier : qualifiers) {
            if (qualifier.USER() != null) {
                space = Optional.of(AddressSpace.USER);
            } else if (qualifier.KERNEL() != null) {
                space = Optional.of(AddressSpace.KERNEL);
            }
        }
        return space;
    }

    TypeTree specifier(ProbeParser.SpecifierContext specifier) {
        Span at = spans.of(specifier.baseType());
        return switch (specifier.baseType()) {
            case ProbeParser.NumberTypeContext number ->
                new TypeTree.Named(numberName(number.numbers(), at), at);
            case ProbeParser.NamedTypeContext named -> new TypeTree.Named(named.getText(), at);
            case ProbeParser.StructTypeContext struct -> struct(struct, at);
            case ProbeParser.EnumTypeContext enumeration -> enumeration(enumeration, at);
            default -> throw new IllegalStateException("unknown type rule " + specifier.getText());
        };
    }

    /** C's words in any order, as one of the language's names. */
    private String numberName(ProbeParser.NumbersContext type, Span at) {
        boolean unsigned = false;
        boolean signed = false;
        int longs = 0;
        boolean isShort = false;
        boolean isInt = false;
        boolean isChar = false;
        for (ProbeParser.NumberWordContext word : type.numberWord()) {
            switch (word.getStart().getType()) {
                case ProbeLexer.UNSIGNED -> unsigned = true;
                case ProbeLexer.SIGNED -> signed = true;
                case ProbeLexer.LONG -> longs++;
                case ProbeLexer.SHORT -> isShort = true;
                case ProbeLexer.INT -> isInt = true;
                default -> isChar = true;
            }
        }
        boolean contradiction = unsigned && signed || longs > 2 || isShort && longs > 0
                || isChar && (isShort || isInt || longs > 0);
        if (contradiction) {
            diagnostics.error(at, "syntax", "these words do not make a type together",
                    "use u8 to u64 or s8 to s64");
        }
        if (isChar && !unsigned && !signed) {
            return "char";
        }
        int bits = isChar ? 8 : isShort ? 16 : longs > 0 ? 64 : 32;
        return (unsigned ? "u" : "s") + bits;
    }

    private TypeTree struct(ProbeParser.StructTypeContext struct, Span at) {
        TypeTree.Keyword keyword = struct.STRUCT() != null ? TypeTree.Keyword.STRUCT : TypeTree.Keyword.UNION;
        Optional<TypeTree.Body> body = Optional.empty();
        if (struct.memberList() != null) {
            List<TypeTree.Member> members = new ArrayList<>();
            struct.memberList().memberDeclaration().forEach(declaration -> members(declaration, members));
            body = Optional.of(new TypeTree.Body.Members(members));
        }
        return tagged(keyword, struct.name(), body, at);
    }

    private TypeTree tagged(TypeTree.Keyword keyword, ProbeParser.NameContext tag,
            Optional<TypeTree.Body> body, Span at) {
        if (tag == null && body.isEmpty()) {
            diagnostics.error(at, "syntax",
                    "expected a name or '{' after '" + keyword.name().toLowerCase() + "'");
        }
        return new TypeTree.Tagged(keyword, Optional.ofNullable(tag).map(this::name), body, at);
    }

    private void members(ProbeParser.MemberDeclarationContext declaration, List<TypeTree.Member> members) {
        TypeTree base = specifier(declaration.specifier());
        if (declaration.member().isEmpty()) {
            members.add(new TypeTree.Member(base, Optional.empty(), false, spans.of(declaration)));
        }
        for (ProbeParser.MemberContext member : declaration.member()) {
            members.add(new TypeTree.Member(declared(base, declaration.specifier(), member.declarator()),
                    Optional.of(name(member.declarator().name())), member.expression() != null,
                    spans.of(member)));
        }
    }

    private TypeTree enumeration(ProbeParser.EnumTypeContext enumeration, Span at) {
        Optional<TypeTree.Body> body = Optional.empty();
        if (enumeration.enumList() != null) {
            Optional<TypeTree> underlying = Optional.ofNullable(enumeration.plainType()).map(this::plain);
            body = Optional.of(new TypeTree.Body.Constants(underlying,
                    enumeration.enumList().enumConstant().stream()
                            .map(one -> new TypeTree.Constant(name(one.name()),
                                    Optional.ofNullable(one.expression()).map(expressions::expression)))
                            .toList()));
        }
        return tagged(TypeTree.Keyword.ENUM, enumeration.name(), body, at);
    }
}
