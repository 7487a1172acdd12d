/** BTF, the kernel's type and line information: written for programs, read from the kernel. */
package io.bpf4j.vm.btf;
