/** The kernel's helper functions for programs that run in user space, with the kernel's results. */
package io.bpf4j.vm.engine.helper;
