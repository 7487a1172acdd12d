/** Compiles programs to Java classes: registers become local variables, and HotSpot does the rest. */
package io.bpf4j.vm.jit.jvm;
