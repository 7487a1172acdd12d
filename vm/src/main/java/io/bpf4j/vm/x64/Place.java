package io.bpf4j.vm.x64;

/** A place that code can jump to or address: a label in the code itself or a symbol outside it. */
public sealed interface Place permits Label, Symbol {}
