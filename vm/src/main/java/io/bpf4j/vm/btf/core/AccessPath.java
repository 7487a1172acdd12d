package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfType;
import java.util.ArrayList;
import java.util.List;

/**
 * A way from a type to one of its fields, elements or constants, in one BTF.
 *
 * @param root the type that it starts at, as it was named: a typedef stays one
 * @param steps only those that have a name or are an index; steps into unnamed structs show in the offset alone
 * @param bits the offset of the end of the way from the start, in bits
 */
record AccessPath(TypeGraph types, int root, List<Step> steps, long bits) {
    /** More than any program has; also the kernel's limit. */
    private static final int MAX_STEPS = 64;

    /**
     * One step.
     *
     * @param type the struct, union or enum that the index counts in; for an element its own type
     * @param name of the field or constant; empty for an element
     */
    record Step(int type, int index, String name) {}

    /** Copies the list. */
    AccessPath {
        steps = List.copyOf(steps);
    }

    Step last() {
        return steps.getLast();
    }

    /** Returns the way as C says it: {@code task_struct.mm.total_vm}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(types.name(root).isEmpty() ? "(unnamed)" : types.name(root));
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (!step.name().isEmpty()) {
                text.append('.').append(step.name());
            } else if (i > 0 || step.index() > 0) {
                text.append('[').append(step.index()).append(']');
            }
        }
        return text.toString();
    }

    /**
     * Reads a way from the object that asks.
     *
     * @throws BtfException if the way leads nowhere
     */
    static AccessPath parse(TypeGraph types, CoreRelocation relocation) {
        int root = relocation.type();
        int[] indexes = indexes(relocation);
        if (relocation.kind().isAboutType()) {
            if (indexes.length != 1 || indexes[0] != 0) {
                throw wrong(relocation);
            }
            return new AccessPath(types, root, List.of(), 0);
        }
        int at = types.resolve(root);
        if (relocation.kind().isAboutConstant()) {
            if (indexes.length != 1 || !(types.type(at) instanceof BtfType.Enumeration constants)
                    || indexes[0] >= constants.constants().size()) {
                throw wrong(relocation);
            }
            String name = constants.constants().get(indexes[0]).name();
            return new AccessPath(types, root, List.of(new Step(at, indexes[0], name)), 0);
        }
        return field(types, relocation, indexes);
    }

    private static AccessPath field(TypeGraph types, CoreRelocation relocation, int[] indexes) {
        List<Step> steps = new ArrayList<>();
        int at = types.resolve(relocation.type());
        steps.add(new Step(at, indexes[0], ""));
        long bits = bits(indexes[0], types.size(at));
        for (int i = 1; i < indexes.length; i++) {
            at = types.resolve(at);
            int index = indexes[i];
            switch (types.type(at)) {
                case BtfType.Struct struct when index < struct.members().size() -> {
                    BtfType.Member member = struct.members().get(index);
                    bits += member.bitOffset();
                    if (!member.name().isEmpty()) {
                        steps.add(new Step(at, index, member.name()));
                    }
                    at = member.type();
                }
                case BtfType.Array array when index < array.length()
                        || isFlexible(types, steps.getLast(), array) -> {
                    at = types.resolve(array.element());
                    steps.add(new Step(at, index, ""));
                    bits += bits(index, types.size(at));
                }
                default -> throw wrong(relocation);
            }
        }
        return new AccessPath(types, relocation.type(), steps, bits);
    }

    static long bits(int index, int size) {
        return (long) index * size * Byte.SIZE;
    }

    /** An array of length 0 or 1 that ends its struct may be longer than it says. */
    static boolean isFlexible(TypeGraph types, Step before, BtfType.Array array) {
        return !before.name().isEmpty() && array.length() <= 1
                && types.type(before.type()) instanceof BtfType.Struct struct
                && before.index() == struct.members().size() - 1;
    }

    private static int[] indexes(CoreRelocation relocation) {
        String[] parts = relocation.access().split(":", -1);
        int[] indexes = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (parts.length > MAX_STEPS || !parts[i].matches("[0-9]{1,9}")) {
                throw wrong(relocation);
            }
            indexes[i] = Integer.parseInt(parts[i]);
        }
        return indexes;
    }

    private static BtfException wrong(CoreRelocation relocation) {
        return new BtfException("a relocation of type " + relocation.type() + " has the access string '"
                + relocation.access() + "', which leads nowhere");
    }
}
