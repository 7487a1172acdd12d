package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;

/**
 * One probe point with its body. A probe with several points is checked once per point, as types may differ.
 * Parameters that the body uses are declared at its start, read from the context.
 *
 * @param name a C identifier, unique in the unit, made from the point, such as {@code SSL_write_entry}
 */
public record TypedProbe(String name, AttachSpec attach, ProgramType type, Statement.Block body, Span at) {}
