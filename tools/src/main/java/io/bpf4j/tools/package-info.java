/** The umbrella command {@code bpf4j}; each tool lives in a room of its own below. */
package io.bpf4j.tools;
