/** Text to instructions and back: the assembler, and the disassembler that prints what it reads. */
package io.bpf4j.vm.text;
