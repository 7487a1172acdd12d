/** The front door: probe source text in, {@link io.bpf4j.vm.program.ProgramUnit} out. */
package io.bpf4j.compiler;
