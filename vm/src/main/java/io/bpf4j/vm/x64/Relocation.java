package io.bpf4j.vm.x64;

/** A field of the code that cannot be filled in before addresses are known. */
public sealed interface Relocation {

    /** Returns where the field starts, in bytes from the start of the code. */
    int offset();

    /** Returns what is added to the address. */
    long addend();

    /** Eight bytes take the symbol's address plus the addend. */
    record Absolute(int offset, Symbol symbol, long addend) implements Relocation {}

    /** Four bytes take the symbol's address plus the addend minus the field's own address, as in ELF. */
    record PcRelative(int offset, Symbol symbol, long addend) implements Relocation {}

    /** Eight bytes take the address of the code itself plus the addend. */
    record Own(int offset, long addend) implements Relocation {}
}
