package io.bpf4j.vm.btf;

import io.bpf4j.vm.program.ProgramUnit;

/**
 * All that the kernel is told about a unit's types.
 *
 * @param bytes what {@code BPF_BTF_LOAD} takes
 * @param types the ids in those bytes
 */
public record UnitBtf(byte[] bytes, UnitTypes types) {

    /** Copies the bytes. */
    public UnitBtf {
        bytes = bytes.clone();
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Describes a unit; equal units give equal bytes. */
    public static UnitBtf of(ProgramUnit unit) {
        BtfBuilder builder = new BtfBuilder();
        UnitTypes types = UnitTypes.add(builder, unit);
        return new UnitBtf(builder.build(), types);
    }

    /** Returns the key's and value's ids of a map. */
    public UnitTypes.MapTypes map(String name) {
        return types.maps().get(name);
    }

    /** Returns the function and line records of a program. */
    public ProgramDebugInfo program(String name) {
        return types.programs().get(name);
    }
}
