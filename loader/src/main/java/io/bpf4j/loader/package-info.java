/** The front door: a {@link io.bpf4j.vm.program.ProgramUnit} in, a running {@link io.bpf4j.loader.Session} out. */
package io.bpf4j.loader;
