/** The command that compares what observing costs in the kernel and in the traced process, and its reports. */
package io.bpf4j.bench.compare;
