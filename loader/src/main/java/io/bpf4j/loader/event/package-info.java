/** Readers of what programs report: the kernel's ring buffer and perf buffers, and the wait for any of them. */
package io.bpf4j.loader.event;
