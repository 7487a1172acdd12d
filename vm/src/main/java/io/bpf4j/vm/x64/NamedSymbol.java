package io.bpf4j.vm.x64;

/** The symbol that is nothing but its name. */
record NamedSymbol(String name) implements Symbol {}
