/** Runs a program once in the kernel, through BPF_PROG_TEST_RUN, and tells what it returned and wrote. */
package io.bpf4j.loader.testrun;
