/** Units as files: ELF objects that libbpf loads as if clang had made them, and back. */
package io.bpf4j.vm.object;
