/** How fast the engines run programs, beside the kernel and compiled C. */
package io.bpf4j.bench.engine;
