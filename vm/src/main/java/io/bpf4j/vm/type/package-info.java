/** C-like types with sizes, alignments and offsets, and readers of bytes by those types. */
package io.bpf4j.vm.type;
