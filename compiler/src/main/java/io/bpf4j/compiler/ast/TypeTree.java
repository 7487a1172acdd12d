package io.bpf4j.compiler.ast;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.type.AddressSpace;
import java.util.List;
import java.util.Optional;

/** A type as written; {@code const} and the like are dropped. */
public sealed interface TypeTree {

    /** Returns the place in the source. */
    Span at();

    /** A name; C's number types have become {@code u32} and so on. */
    record Named(String name, Span at) implements TypeTree {}

    /** {@code struct tag}, {@code union tag} or {@code enum tag}, with its definition where it has one. */
    record Tagged(Keyword keyword, Optional<Name> tag, Optional<Body> body, Span at) implements TypeTree {}

    /** {@code T *}; the address space is set if {@code __user} or {@code __kernel} stands there. */
    record Pointer(TypeTree target, Optional<AddressSpace> space, Span at) implements TypeTree {}

    /** {@code T [length]}; no length means that of the value, or a flexible last member. */
    record Array(TypeTree element, Optional<ExpressionTree> length, Span at) implements TypeTree {}

    /** The words before a tag. */
    enum Keyword {
        STRUCT,
        UNION,
        ENUM
    }

    /** What stands between the braces. */
    sealed interface Body {
        /** Fields. */
        record Members(List<Member> members) implements Body {}

        /** Named numbers, and the number type after a colon. */
        record Constants(Optional<TypeTree> underlying, List<Constant> constants) implements Body {}
    }

    /** A field; without a name it is an anonymous struct or union whose fields belong to the one around it. */
    record Member(TypeTree type, Optional<Name> name, boolean bitField, Span at) {}

    /** A named number. */
    record Constant(Name name, Optional<ExpressionTree> value) {}
}
