/** Everything that programs need while they run in a process without Java: helpers and maps as machine code. */
package io.bpf4j.vm.jit.x64.runtime;
