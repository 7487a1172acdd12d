/** The x86-64 vocabulary: registers, memory operands, an assembler, and a decoder of instruction lengths. */
package io.bpf4j.vm.x64;
