package io.bpf4j.vm.type;

/** No value: what a function without a result returns, and what an untyped pointer points to. */
public enum VoidType implements Type {
    VOID;

    @Override
    public int size() {
        return 0;
    }

    @Override
    public int alignment() {
        return 1;
    }

    @Override
    public String spelling() {
        return "void";
    }
}
