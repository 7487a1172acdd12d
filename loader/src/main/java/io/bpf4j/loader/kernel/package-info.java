/** Runs a unit in the kernel: maps, programs, links, and the verifier's objections in the source's words. */
package io.bpf4j.loader.kernel;
