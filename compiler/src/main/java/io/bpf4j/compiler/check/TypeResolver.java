package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** From written types to types: the names of a file, and the layout of its structs. */
final class TypeResolver {

    /** Larger values fit no map and no event. */
    private static final int MAXIMUM_SIZE = 1 << 24;

    private final Diagnostics diagnostics;
    private final Scope globals;
    private final Function<ExpressionTree, Expression> constants;
    private final Map<String, Type> names = new HashMap<>();
    private final Map<String, Type> tags = new LinkedHashMap<>();

    TypeResolver(Diagnostics diagnostics, Scope globals, Function<ExpressionTree, Expression> constants) {
        this.diagnostics = diagnostics;
        this.globals = globals;
        this.constants = constants;
        for (IntType type : IntType.values()) {
            names.put(type.spelling(), type);
        }
        names.put("void", VoidType.VOID);
        names.put("size_t", IntType.U64);
        names.put("ssize_t", IntType.S64);
        names.put("uintptr_t", IntType.U64);
        names.put("intptr_t", IntType.S64);
        names.put("pid_t", IntType.S32);
        for (int bits = Byte.SIZE; bits <= Long.SIZE; bits *= 2) {
            names.put("uint" + bits + "_t", IntType.of(bits / Byte.SIZE, false));
            names.put("int" + bits + "_t", IntType.of(bits / Byte.SIZE, true));
        }
    }

    /** Returns the named types of the source in their order. */
    List<Type> named() {
        return tags.values().stream()
                .filter(type -> !(type instanceof StructType struct) || struct.isComplete()).toList();
    }

    boolean isType(String name) {
        return names.containsKey(name) || tags.containsKey(name);
    }

    void typedef(Name name, TypeTree type) {
        Type resolved = resolve(type, AddressSpace.USER);
        Type before = names.putIfAbsent(name.text(), resolved);
        boolean tagOfOther = tags.containsKey(name.text()) && tags.get(name.text()) != resolved;
        if (before != null && !before.equals(resolved) || tagOfOther) {
            throw new Mistake(name.at(), "name", "'" + name.text() + "' is a type already");
        }
    }

    /** Returns the type; {@code space} is whose memory pointers without a word of their own point into. */
    Type resolve(TypeTree tree, AddressSpace space) {
        return switch (tree) {
            case TypeTree.Named named -> named(named);
            case TypeTree.Tagged tagged -> tagged(tagged);
            case TypeTree.Pointer pointer -> {
                AddressSpace inner = space == AddressSpace.OWN ? AddressSpace.USER : space;
                yield new PointerType(resolve(pointer.target(), inner), pointer.space().orElse(space));
            }
            case TypeTree.Array array -> {
                int length = (int) array.length().map(this::length).orElse(0L).longValue();
                yield array(resolve(array.element(), AddressSpace.USER), length, array.at());
            }
        };
    }

    /** As {@link #resolve}, but of what needs a size. */
    Type complete(TypeTree tree, AddressSpace space) {
        Type type = resolve(tree, space);
        requireSize(type, tree.at());
        return type;
    }

    static void requireSize(Type type, Span at) {
        if (type == VoidType.VOID) {
            throw new Mistake(at, "type", "nothing can have the type 'void'", "did you mean 'void *'?");
        }
        if (type instanceof StructType struct && !struct.isComplete()) {
            throw new Mistake(at, "type", "'" + struct.spelling() + "' is declared but has no fields yet");
        }
        if (type instanceof ArrayType array) {
            requireSize(array.element(), at);
        }
    }

    static Type array(Type element, int length, Span at) {
        requireSize(element, at);
        if ((long) element.size() * length > MAXIMUM_SIZE) {
            throw new Mistake(at, "type", "this array is larger than " + MAXIMUM_SIZE + " bytes");
        }
        return new ArrayType(element, length);
    }

    private Long length(ExpressionTree tree) {
        long length = constant(tree, "the length of an array");
        if (length < 0 || length > MAXIMUM_SIZE) {
            throw new Mistake(tree.at(), "type", "an array cannot have " + length + " elements");
        }
        return length;
    }

    long constant(ExpressionTree tree, String what) {
        if (constants.apply(tree) instanceof Expression.Constant constant
                && Conversions.isNumber(constant.type())) {
            return constant.value();
        }
        boolean variable = tree instanceof ExpressionTree.NameUse;
        throw new Mistake(tree.at(), "constant", what + " must be a constant", variable
                ? "a const variable may be set from the command line; write 'enum { SIZE = 64 };' instead"
                : "compute it from numbers, sizeof and enum constants");
    }

    private Type named(TypeTree.Named named) {
        Type type = names.get(named.name());
        if (type == null) {
            type = tags.get(named.name());
        }
        if (type == null) {
            throw new Mistake(named.at(), "name",
                    "unknown type '" + named.name() + "'" + Suggestion.of(named.name(),
                            names.keySet()));
        }
        return type;
    }

    private Type tagged(TypeTree.Tagged tagged) {
        return switch (tagged.body().orElse(null)) {
            case null -> reference(tagged);
            case TypeTree.Body.Members members -> struct(tagged, members);
            case TypeTree.Body.Constants values -> enumeration(tagged, values);
        };
    }

    private static StructType.Kind kind(TypeTree.Tagged tagged) {
        return tagged.keyword() == TypeTree.Keyword.UNION ? StructType.Kind.UNION : StructType.Kind.STRUCT;
    }

    private Type reference(TypeTree.Tagged tagged) {
        Name tag = tagged.tag()
                .orElseThrow(() -> new Mistake(tagged.at(), "syntax", "a type without name and fields"));
        Type known = tags.get(tag.text());
        if (known == null) {
            if (tagged.keyword() == TypeTree.Keyword.ENUM) {
                throw new Mistake(tag.at(), "name",
                        "unknown enum '" + tag.text() + "'" + Suggestion.of(tag.text(),
                                tags.keySet()));
            }
            known = StructType.declare(tag.text(), kind(tagged));
            tags.put(tag.text(), known);
        }
        requireKeyword(tagged, known, tag);
        return known;
    }

    private static void requireKeyword(TypeTree.Tagged tagged, Type known, Name tag) {
        boolean same = tagged.keyword() == TypeTree.Keyword.ENUM
                ? known instanceof EnumType
                : known instanceof StructType struct && struct.kind() == kind(tagged);
        if (!same) {
            throw new Mistake(tag.at(), "name",
                    "'" + tag.text() + "' is declared as '" + known.spelling() + "'");
        }
    }

    private String tagName(TypeTree.Tagged tagged) {
        return tagged.tag().map(Name::text).orElse("");
    }

    private Type struct(TypeTree.Tagged tagged, TypeTree.Body.Members body) {
        StructType type = StructType.declare(tagName(tagged), kind(tagged));
        if (tagged.tag().isPresent()) {
            Name tag = tagged.tag().get();
            Type known = tags.putIfAbsent(tag.text(), type);
            if (known instanceof StructType declared && !declared.isComplete()
                    && declared.kind() == type.kind()) {
                type = declared;
            } else if (known != null || names.containsKey(tag.text())) {
                throw new Mistake(tag.at(), "name", "'" + tag.text() + "' is a type already");
            }
        }
        List<StructType.Member> members = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        try {
            for (TypeTree.Member member : body.members()) {
                member(member, member == body.members().getLast(), taken).ifPresent(members::add);
            }
        } finally {
            type.complete(members);
        }
        if (type.size() > MAXIMUM_SIZE) {
            throw new Mistake(tagged.at(), "type",
                    "'" + type.spelling() + "' is larger than " + MAXIMUM_SIZE + " bytes");
        }
        return type;
    }

    private Optional<StructType.Member> member(TypeTree.Member member, boolean last, Set<String> taken) {
        try {
            Type type = complete(member.type(), AddressSpace.USER);
            String name = member.name().map(Name::text).orElse("");
            if (name.isEmpty() && !(type instanceof StructType)) {
                throw new Mistake(member.at(), "syntax", "this field has no name");
            }
            if (!name.isEmpty() && !taken.add(name)) {
                throw new Mistake(member.at(), "name", "there is a field '" + name + "' already");
            }
            if (member.bitField()) {
                throw new Mistake(member.at(), "type", "bit-fields are not supported",
                        "use a u8 to u64 and masks");
            }
            boolean flexible = member.type() instanceof TypeTree.Array array && array.length().isEmpty();
            if (flexible && !last) {
                throw new Mistake(member.at(), "type",
                        "only the last field may be an array without a length");
            }
            return Optional.of(new StructType.Member(name, type));
        } catch (Mistake mistake) {
            diagnostics.error(mistake.at(), mistake.code(), mistake.getMessage(), mistake.hints());
            return Optional.empty();
        }
    }

    private Type enumeration(TypeTree.Tagged tagged, TypeTree.Body.Constants body) {
        Type underlying = body.underlying().map(type -> resolve(type, AddressSpace.USER)).orElse(null);
        if (underlying != null && !(underlying instanceof IntType)) {
            throw new Mistake(tagged.at(), "type", "an enum's type must be a whole number");
        }
        List<EnumType.Constant> values = new ArrayList<>();
        List<Name> places = new ArrayList<>();
        long next = 0;
        boolean negative = false;
        boolean wide = false;
        for (TypeTree.Constant constant : body.constants()) {
            long value = constant.value().isPresent()
                    ? constant(constant.value().get(), "an enum's value")
                    : next;
            values.add(new EnumType.Constant(constant.name().text(), value));
            places.add(constant.name());
            negative |= value < 0;
            wide |= value != (int) value;
            next = value + 1;
        }
        IntType number = underlying instanceof IntType given
                ? given
                : !wide
                        ? IntType.S32
                        : negative
                                ? IntType.S64
                                : values.stream().allMatch(one -> one.value() >>> Integer.SIZE == 0)
                                        ? IntType.U32
                                        : IntType.S64;
        EnumType type = new EnumType(tagName(tagged), number, values);
        for (int index = 0; index < values.size(); index++) {
            declareConstant(places.get(index), values.get(index).value(), number);
        }
        tagged.tag().ifPresent(tag -> {
            if (tags.putIfAbsent(tag.text(), type) != null || names.containsKey(tag.text())) {
                throw new Mistake(tag.at(), "name", "'" + tag.text() + "' is a type already");
            }
        });
        return type;
    }

    private void declareConstant(Name name, long value, IntType type) {
        if (Folder.normalised(value, type) != value) {
            diagnostics.error(name.at(), "constant", value + " does not fit '" + type.spelling() + "'");
        }
        Expression.Constant constant = new Expression.Constant(Folder.normalised(value, type), type,
                name.at());
        globals.declare(name.text(), new Symbol.Number(constant))
                .ifPresent(before -> diagnostics.error(name.at(), "name",
                        "there is a '" + name.text() + "' already, in line " + before.at().line()));
    }
}
