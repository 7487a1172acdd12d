package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.x64.Place;

/**
 * A program that runs at a place.
 *
 * @param entry where its machine code starts
 * @param cookie what {@code bpf_get_attach_cookie} returns there
 */
public record Run(Program program, Place entry, long cookie) {}
