package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfType;
import java.util.List;

/**
 * Whether a type of the object can stand for one of the kernel (tools/lib/bpf/relo_core.c:
 * bpf_core_fields_are_compat, __bpf_core_types_are_compat, __bpf_core_types_match).
 */
final class TypeCompatibility {
    private final TypeGraph local;
    private final TypeGraph target;

    TypeCompatibility(TypeGraph local, TypeGraph target) {
        this.local = local;
        this.target = target;
    }

    /** For fields: numbers of any size go together, structs of any name, pointers to anything. */
    boolean fields(int localId, int targetId) {
        int left = localId;
        int right = targetId;
        for (int depth = 0; depth <= TypeGraph.MAX_DEPTH; depth++) {
            left = local.resolve(left);
            right = target.resolve(right);
            BtfType mine = local.type(left);
            BtfType theirs = target.type(right);
            if (mine instanceof BtfType.Struct && theirs instanceof BtfType.Struct) {
                return true;
            }
            if (!TypeGraph.sameKind(local.kind(left), target.kind(right))) {
                return false;
            }
            switch (mine) {
                case BtfType.Pointer pointer -> {
                    return true;
                }
                case BtfType.FloatingPoint number -> {
                    return true;
                }
                case BtfType.Forward forward -> {
                    return sameOrNoName(mine, theirs);
                }
                case BtfType.Enumeration constants -> {
                    return sameOrNoName(mine, theirs);
                }
                case BtfType.Int number -> {
                    return number.bitOffset() == 0 && ((BtfType.Int) theirs).bitOffset() == 0;
                }
                case BtfType.Array array -> {
                    left = array.element();
                    right = ((BtfType.Array) theirs).element();
                }
                default -> {
                    return false;
                }
            }
        }
        throw tooDeep(localId);
    }

    private static boolean sameOrNoName(BtfType mine, BtfType theirs) {
        return mine.name().isEmpty() || theirs.name().isEmpty()
                || TypeGraph.essential(mine.name()).equals(TypeGraph.essential(theirs.name()));
    }

    /** For types as such: of one kind, down through pointers, arrays and functions; structs are not looked into. */
    boolean compatible(int localId, int targetId) {
        return TypeGraph.sameKind(local.kind(localId), target.kind(targetId))
                && compatible(localId, targetId, 0);
    }

    private boolean compatible(int localId, int targetId, int depth) {
        if (depth > TypeGraph.MAX_DEPTH) {
            throw tooDeep(localId);
        }
        int left = local.resolve(localId);
        int right = target.resolve(targetId);
        if (!TypeGraph.sameKind(local.kind(left), target.kind(right))) {
            return false;
        }
        BtfType theirs = target.type(right);
        return switch (local.type(left)) {
            case BtfType.Void nothing -> true;
            case BtfType.Struct struct -> true;
            case BtfType.Enumeration constants -> true;
            case BtfType.Forward forward -> true;
            case BtfType.Int number -> number.bitOffset() == 0 && ((BtfType.Int) theirs).bitOffset() == 0;
            case BtfType.Pointer pointer ->
                compatible(pointer.target(), ((BtfType.Pointer) theirs).target(), depth + 1);
            case BtfType.Array array ->
                compatible(array.element(), ((BtfType.Array) theirs).element(), depth + 1);
            case BtfType.Prototype prototype -> {
                BtfType.Prototype other = (BtfType.Prototype) theirs;
                boolean same = prototype.parameters().size() == other.parameters().size();
                for (int i = 0; same && i < prototype.parameters().size(); i++) {
                    same = compatible(prototype.parameters().get(i).type(), other.parameters().get(i).type(),
                            depth + 1);
                }
                yield same && compatible(prototype.result(), other.result(), depth + 1);
            }
            default -> false;
        };
    }

    /** For types as such, and all that the object says about them is so in the kernel. */
    boolean matches(int localId, int targetId) {
        return matches(localId, targetId, false, 0);
    }

    private boolean matches(int localId, int targetId, boolean behindPointer, int depth) {
        if (depth > TypeGraph.MAX_DEPTH) {
            throw tooDeep(localId);
        }
        int left = local.resolve(localId);
        int right = target.resolve(targetId);
        BtfType theirs = target.type(right);
        BtfType mine = local.type(left);
        if (!TypeGraph.essential(mine.name()).equals(TypeGraph.essential(theirs.name()))) {
            return false;
        }
        return switch (mine) {
            case BtfType.Void nothing -> theirs instanceof BtfType.Void;
            case BtfType.Forward forward -> forwardMatches(forward, theirs, behindPointer);
            case BtfType.Enumeration constants ->
                theirs instanceof BtfType.Enumeration other && constantsMatch(constants, other);
            case BtfType.Struct struct when behindPointer -> structBehindPointer(struct, theirs);
            case BtfType.Struct struct -> theirs instanceof BtfType.Struct other
                    && struct.union() == other.union() && membersMatch(struct, other, depth);
            case BtfType.Int number -> theirs instanceof BtfType.Int other && number.size() == other.size()
                    && number.signed() == other.signed();
            case BtfType.Pointer pointer -> theirs instanceof BtfType.Pointer other
                    && matches(pointer.target(), other.target(), true, depth + 1);
            case BtfType.Array array -> theirs instanceof BtfType.Array other
                    && array.length() == other.length()
                    && matches(array.element(), other.element(), behindPointer, depth + 1);
            case BtfType.Prototype prototype -> theirs instanceof BtfType.Prototype other
                    && prototypesMatch(prototype, other, behindPointer, depth);
            default -> false;
        };
    }

    private static boolean forwardMatches(BtfType.Forward mine, BtfType theirs, boolean behindPointer) {
        return theirs instanceof BtfType.Forward other && mine.union() == other.union()
                || behindPointer && theirs instanceof BtfType.Struct struct && struct.union() == mine.union();
    }

    private static boolean structBehindPointer(BtfType.Struct mine, BtfType theirs) {
        return theirs instanceof BtfType.Struct struct && struct.union() == mine.union()
                || theirs instanceof BtfType.Forward forward && forward.union() == mine.union();
    }

    private static boolean constantsMatch(BtfType.Enumeration mine, BtfType.Enumeration theirs) {
        List<String> names = theirs.constants().stream().map(each -> TypeGraph.essential(each.name()))
                .toList();
        return mine.constants().stream().allMatch(each -> names.contains(TypeGraph.essential(each.name())));
    }

    private boolean membersMatch(BtfType.Struct mine, BtfType.Struct theirs, int depth) {
        for (BtfType.Member member : mine.members()) {
            String name = TypeGraph.essential(member.name());
            boolean found = theirs.members().stream()
                    .anyMatch(other -> TypeGraph.essential(other.name()).equals(name)
                            && matches(member.type(), other.type(), false, depth + 1));
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private boolean prototypesMatch(BtfType.Prototype mine, BtfType.Prototype theirs, boolean behindPointer,
            int depth) {
        boolean same = mine.parameters().size() == theirs.parameters().size();
        for (int i = 0; same && i < mine.parameters().size(); i++) {
            same = matches(mine.parameters().get(i).type(), theirs.parameters().get(i).type(), behindPointer,
                    depth + 1);
        }
        return same && matches(mine.result(), theirs.result(), behindPointer, depth + 1);
    }

    private BtfException tooDeep(int id) {
        return new BtfException("type " + local.name(id) + " (" + id + ") is nested too deeply");
    }

    /** Whether an access of one size may become one of another: pointers, and numbers without a sign. */
    static boolean mayChangeSize(BtfType mine, BtfType theirs) {
        return mine instanceof BtfType.Pointer && theirs instanceof BtfType.Pointer
                || mine instanceof BtfType.Int left && theirs instanceof BtfType.Int right && !left.signed()
                        && !right.signed();
    }

    static boolean isSigned(BtfType type) {
        return type instanceof BtfType.Int number && number.signed()
                || type instanceof BtfType.Enumeration constants && constants.signed();
    }
}
