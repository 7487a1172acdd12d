package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.program.MapSpec;

/** A map of the source. The spec's value of a histogram is its array of counts. */
public record MapVariable(MapSpec spec, Span at) {}
