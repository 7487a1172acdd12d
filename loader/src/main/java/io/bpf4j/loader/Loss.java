package io.bpf4j.loader;

import io.bpf4j.vm.program.LossCounter;

/**
 * What a counter of losses says.
 *
 * @param count events, entries or probe runs since the session began
 */
public record Loss(LossCounter counter, long count) {}
