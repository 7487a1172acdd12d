package io.bpf4j.compiler.ir;

/** What a memory address is counted from: an address in a virtual register, or a slot of the frame. */
public sealed interface Base permits Value, Slot {}
