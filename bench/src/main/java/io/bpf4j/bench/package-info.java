/** The command {@code bench}; its rooms measure one thing each. */
package io.bpf4j.bench;
