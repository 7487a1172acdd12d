package io.bpf4j.vm.type;

/** An address of 8 bytes in one {@link AddressSpace}. */
public record PointerType(Type target, AddressSpace space) implements Type {
    @Override
    public int size() {
        return Long.BYTES;
    }

    @Override
    public int alignment() {
        return Long.BYTES;
    }

    @Override
    public String spelling() {
        return target.spelling() + (target instanceof PointerType ? "*" : " *");
    }
}
