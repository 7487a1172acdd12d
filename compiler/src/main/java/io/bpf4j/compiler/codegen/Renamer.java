package io.bpf4j.compiler.codegen;

/** Is shown every register of an operation, and says which one to put in its place. */
interface Renamer {

    /** A register that is read. */
    int use(int register);

    /** A register that gets a new value after all are read. */
    int define(int register);

    /** A register that is read and then gets a new value: the destination of {@code dst = dst op src}. */
    int update(int register);

    /** Renames the register of a place. */
    default Place use(Place place) {
        return place instanceof Place.Indirect(int base, int offset)
                ? new Place.Indirect(use(base), offset)
                : place;
    }

    /** Renames the register of a source. */
    default Source use(Source source) {
        return source instanceof Source.InRegister(int register)
                ? new Source.InRegister(use(register))
                : source;
    }
}
