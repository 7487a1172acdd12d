/** The address space of a run in user space: one block of bytes, and the regions in it that may be touched. */
package io.bpf4j.vm.memory;
