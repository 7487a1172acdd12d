/** The machine code between a patched place in a foreign process and the programs that are to run there. */
package io.bpf4j.vm.trampoline;
