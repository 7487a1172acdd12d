/** What every tool shares: command line plumbing, exit codes, output, interrupts, and how values are shown. */
package io.bpf4j.tools.common;
