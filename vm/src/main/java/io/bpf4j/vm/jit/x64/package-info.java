/** Turns programs into x86-64 machine code: a pure function; who makes it executable is another's affair. */
package io.bpf4j.vm.jit.x64;
