package io.bpf4j.vm.x64;

/**
 * A place outside the code, whose address is known only when the code is linked. Code generators implement this with
 * their own records (a helper, a map, a constant); equality is theirs.
 */
public non-sealed interface Symbol extends Place {

    /** Returns a name for messages and listings. */
    String name();

    /** Makes a symbol that is nothing but its name. */
    static Symbol named(String name) {
        return new NamedSymbol(name);
    }
}
