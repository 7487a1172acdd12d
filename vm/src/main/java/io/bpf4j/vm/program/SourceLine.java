package io.bpf4j.vm.program;

/**
 * The place in the source that the instructions from {@code slot} on come from.
 *
 * @param slot the first slot, counted from the start of the program
 * @param line from 1
 * @param column from 1
 * @param text the line itself, for listings and the kernel's line info
 */
public record SourceLine(int slot, String file, int line, int column, String text) {}
