package io.bpf4j.vm.btf.core;

import java.util.Locale;
import java.util.Optional;

/** What a relocation asks about a type (include/uapi/linux/bpf.h, enum bpf_core_relo_kind). */
public enum CoreKind {
    FIELD_BYTE_OFFSET,
    FIELD_BYTE_SIZE,
    FIELD_EXISTS,
    FIELD_SIGNED,
    FIELD_LEFT_SHIFT,
    FIELD_RIGHT_SHIFT,
    TYPE_ID_LOCAL,
    TYPE_ID_TARGET,
    TYPE_EXISTS,
    TYPE_SIZE,
    ENUM_CONSTANT_EXISTS,
    ENUM_CONSTANT_VALUE,
    TYPE_MATCHES;

    /** Finds a kind by the kernel's number. */
    public static Optional<CoreKind> byNumber(int number) {
        return number < 0 || number >= values().length ? Optional.empty() : Optional.of(values()[number]);
    }

    boolean isAboutField() {
        return ordinal() <= FIELD_RIGHT_SHIFT.ordinal();
    }

    boolean isAboutConstant() {
        return this == ENUM_CONSTANT_EXISTS || this == ENUM_CONSTANT_VALUE;
    }

    boolean isAboutType() {
        return !isAboutField() && !isAboutConstant();
    }

    /** Returns the words for people, such as {@code field byte offset}. */
    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
