package io.bpf4j.vm.object;

/** The original bytes of an instruction that the object's relocations fill in. */
record CodePatch(int slot, byte[] bytes) {}
