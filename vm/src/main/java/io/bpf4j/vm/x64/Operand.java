package io.bpf4j.vm.x64;

/** What the r/m field of an instruction can name: a register or memory. */
public sealed interface Operand permits Gpr, Memory {}
