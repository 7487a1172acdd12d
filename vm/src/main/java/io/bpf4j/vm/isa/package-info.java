/** The instruction set: one value type per kind of instruction, and the only code that knows its bits. */
package io.bpf4j.vm.isa;
