/** Runs programs as machine code in this process. */
package io.bpf4j.loader.inprocess;
