package io.bpf4j.vm.type;

import java.util.HashSet;
import java.util.Set;

/**
 * Whether two types are alike in all that they say: names, layouts, constants. Structs, which are otherwise equal only
 * to themselves, are compared by their fields, also where they point back to themselves.
 */
public final class StructuralEquality {
    /** Pairs that are being compared or were found alike. */
    private final Set<Pair> assumed = new HashSet<>();

    /** Struct types are equal by identity, and so are pairs of them. */
    private record Pair(StructType left, StructType right) {}

    private StructuralEquality() {}

    /** Compares two types. Structs that nobody has looked into yet are alike by name. */
    public static boolean same(Type left, Type right) {
        return new StructuralEquality().alike(left, right);
    }

    private boolean alike(Type left, Type right) {
        if (left == right) {
            return true;
        }
        return switch (left) {
            case StructType struct -> right instanceof StructType other && structs(struct, other);
            case PointerType pointer -> right instanceof PointerType other && pointer.space() == other.space()
                    && alike(pointer.target(), other.target());
            case ArrayType array -> right instanceof ArrayType other && array.length() == other.length()
                    && alike(array.element(), other.element());
            case EnumType constants -> constants.equals(right);
            case IntType number -> number == right;
            case VoidType nothing -> nothing == right;
        };
    }

    private boolean structs(StructType left, StructType right) {
        if (!left.name().equals(right.name()) || left.kind() != right.kind()) {
            return false;
        }
        boolean leftOpen = left.isPending() || !left.isComplete();
        boolean rightOpen = right.isPending() || !right.isComplete();
        if (leftOpen || rightOpen) {
            return leftOpen && rightOpen;
        }
        if (!assumed.add(new Pair(left, right))) {
            return true;
        }
        if (left.size() != right.size() || left.fields().size() != right.fields().size()) {
            return false;
        }
        for (int i = 0; i < left.fields().size(); i++) {
            StructType.Field one = left.fields().get(i);
            StructType.Field other = right.fields().get(i);
            if (!one.name().equals(other.name()) || one.offset() != other.offset()
                    || !alike(one.type(), other.type())) {
                return false;
            }
        }
        return true;
    }
}
