package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.type.Type;

/**
 * A variable or constant at file level.
 *
 * @param constant whether programs may only read it; constants may be set from the command line
 * @param initial its bytes before anything runs, of the type's size
 * @param description the comment on its line or above it, or empty
 */
public record GlobalVariable(String name, Type type, boolean constant, byte[] initial, String description,
        Span at) {}
