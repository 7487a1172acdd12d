package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.btf.BtfType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One BTF with its types decoded once. */
final class TypeGraph {
    /** More types within types than any program has. */
    static final int MAX_DEPTH = 32;
    private static final String FLAVOUR = "___";

    private final Btf btf;
    private final Map<Integer, BtfType> decoded = new HashMap<>();

    TypeGraph(Btf btf) {
        this.btf = btf;
    }

    BtfType type(int id) {
        return decoded.computeIfAbsent(id, btf::type);
    }

    BtfKind kind(int id) {
        return btf.kind(id);
    }

    String name(int id) {
        return btf.name(id);
    }

    /** Follows typedefs, qualifiers and tags. */
    int resolve(int id) {
        return btf.resolve(id);
    }

    BtfType resolved(int id) {
        return type(resolve(id));
    }

    /** Returns the ids of all types of these kinds whose name is the same but for its flavour. */
    List<Integer> like(int id, TypeGraph other) {
        String wanted = essential(other.name(id));
        BtfKind kind = other.kind(id);
        return btf.namedLike(wanted, FLAVOUR).stream().filter(found -> sameKind(btf.kind(found), kind)
                && essential(btf.name(found)).equals(wanted)).toList();
    }

    /** Whether kinds are the same, where enums of 32 and 64 bits are one kind. */
    static boolean sameKind(BtfKind left, BtfKind right) {
        return left == right || isEnum(left) && isEnum(right);
    }

    static boolean isEnum(BtfKind kind) {
        return kind == BtfKind.ENUM || kind == BtfKind.ENUM64;
    }

    /** Returns a name without the flavour that lets an object have several versions of one type. */
    static String essential(String name) {
        int at = name.lastIndexOf(FLAVOUR);
        // A flavour has a letter before it and one behind it.
        return at > 0 && at + FLAVOUR.length() < name.length() && name.charAt(at - 1) != '_'
                && name.charAt(at + FLAVOUR.length()) != '_' ? name.substring(0, at) : name;
    }

    /**
     * Returns the size of a type in bytes.
     *
     * @throws BtfException if it has none
     */
    int size(int id) {
        long elements = 1;
        int at = id;
        for (int depth = 0; depth <= MAX_DEPTH; depth++) {
            BtfType type = resolved(at);
            int size = switch (type) {
                case BtfType.Int number -> number.size();
                case BtfType.Struct struct -> struct.size();
                case BtfType.Enumeration constants -> constants.size();
                case BtfType.FloatingPoint number -> number.size();
                case BtfType.Pointer pointer -> Long.BYTES;
                case BtfType.DataSection section -> section.size();
                case BtfType.Array array -> {
                    elements *= array.length();
                    at = array.element();
                    yield -1;
                }
                case BtfType.Variable variable -> {
                    at = variable.type();
                    yield -1;
                }
                default -> throw new BtfException("type " + id + " has no size");
            };
            if (elements > Integer.MAX_VALUE) {
                throw new BtfException("type " + id + " is larger than 2 GiB");
            }
            if (size >= 0) {
                return checked(id, elements * size);
            }
        }
        throw new BtfException("type " + id + " is nested too deeply");
    }

    private static int checked(int id, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new BtfException("type " + id + " is larger than 2 GiB");
        }
        return (int) size;
    }
}
