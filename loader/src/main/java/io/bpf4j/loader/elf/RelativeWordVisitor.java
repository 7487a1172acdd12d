package io.bpf4j.loader.elf;

/** Takes words that hold addresses of their own file. */
@FunctionalInterface
public interface RelativeWordVisitor {

    /**
     * Takes one word.
     *
     * @param at virtual address of the word
     * @param value the virtual address in it, before relocation
     */
    void visit(long at, long value);
}
