/** The compiler's product and everybody's input: programs, maps, globals, attach points, line tables. */
package io.bpf4j.vm.program;
