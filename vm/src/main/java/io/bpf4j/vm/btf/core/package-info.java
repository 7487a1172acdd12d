/** Compile once, run everywhere: fits instructions to the types of the kernel that they shall run in. */
package io.bpf4j.vm.btf.core;
