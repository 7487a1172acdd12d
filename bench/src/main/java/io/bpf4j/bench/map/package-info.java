/** What operations on maps cost, in the engines and in the kernel. */
package io.bpf4j.bench.map;
