package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfType;

/**
 * What one side's types say to a relocation (tools/lib/bpf/relo_core.c, bpf_core_calc_relo).
 *
 * @param value what the instruction is to have
 * @param checked whether the instruction, as the compiler left it, has the value of the object's own types
 * @param accessSize the bytes of the field, if its offset was asked for and it is no bit field; else 0
 * @param accessType the field's type, if {@code accessSize} is not 0
 */
record Answer(long value, boolean checked, int accessSize, BtfType accessType) {

    private Answer(long value, boolean checked) {
        this(value, checked, 0, new BtfType.Void());
    }

    /** Answers for a way that was found. */
    static Answer of(CoreKind kind, AccessPath path) {
        return switch (kind) {
            case FIELD_EXISTS, TYPE_EXISTS, TYPE_MATCHES, ENUM_CONSTANT_EXISTS -> new Answer(1, true);
            case TYPE_ID_LOCAL, TYPE_ID_TARGET -> new Answer(path.root(), false);
            case TYPE_SIZE -> new Answer(path.types().size(path.root()), true);
            case ENUM_CONSTANT_VALUE -> {
                var constants = (BtfType.Enumeration) path.types().type(path.last().type());
                yield new Answer(constants.constants().get(path.last().index()).value(), true);
            }
            default -> field(kind, path);
        };
    }

    private static Answer field(CoreKind kind, AccessPath path) {
        TypeGraph types = path.types();
        AccessPath.Step last = path.last();
        if (last.name().isEmpty()) {
            int size = types.size(last.type());
            return switch (kind) {
                case FIELD_BYTE_OFFSET ->
                    new Answer(path.bits() / Byte.SIZE, true, size, types.resolved(last.type()));
                case FIELD_BYTE_SIZE -> new Answer(size, true);
                default ->
                    throw new BtfException("the " + kind.words() + " of an element is asked for: " + path);
            };
        }
        BtfType.Member member = ((BtfType.Struct) types.type(last.type())).members().get(last.index());
        BtfType type = types.resolved(member.type());
        boolean bitField = member.bitSize() > 0;
        int size = types.size(member.type());
        long offset = path.bits() / Byte.SIZE;
        int bitSize = bitField ? member.bitSize() : size * Byte.SIZE;
        if (bitField) {
            offset = path.bits() / Byte.SIZE / Math.max(size, 1) * size;
            // An access of the field's own type may not cover all its bits.
            while (path.bits() + bitSize - offset * Byte.SIZE > (long) size * Byte.SIZE) {
                if (size == 0 || size >= Long.BYTES) {
                    throw new BtfException("no access of 8 bytes covers the bit field " + path);
                }
                size *= 2;
                offset = path.bits() / Byte.SIZE / size * size;
            }
        }
        return switch (kind) {
            case FIELD_BYTE_OFFSET -> bitField
                    ? new Answer(offset, false)
                    : new Answer(offset, true, size, type);
            case FIELD_BYTE_SIZE -> new Answer(size, !bitField);
            case FIELD_SIGNED -> new Answer(TypeCompatibility.isSigned(type) ? 1 : 0, true);
            case FIELD_LEFT_SHIFT ->
                new Answer(Long.SIZE - (path.bits() + bitSize - offset * Byte.SIZE), false);
            case FIELD_RIGHT_SHIFT -> new Answer(Long.SIZE - bitSize, true);
            default -> throw new IllegalArgumentException(kind + " asks about no field");
        };
    }
}
