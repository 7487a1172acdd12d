package io.bpf4j.vm.type;

/** A fixed number of elements without gaps. */
public record ArrayType(Type element, int length) implements Type {
    /** Checks that the length is not negative. */
    public ArrayType {
        if (length < 0) {
            throw new IllegalArgumentException("negative array length " + length);
        }
    }

    /** Returns whether this is text: an array of {@code char}. */
    public boolean isString() {
        return element == IntType.CHAR;
    }

    @Override
    public int size() {
        return Math.multiplyExact(element.size(), length);
    }

    @Override
    public int alignment() {
        return element.alignment();
    }

    @Override
    public String spelling() {
        Type innermost = element;
        StringBuilder dimensions = new StringBuilder("[" + length + "]");
        while (innermost instanceof ArrayType inner) {
            dimensions.append('[').append(inner.length).append(']');
            innermost = inner.element;
        }
        return innermost.spelling() + dimensions;
    }
}
