package io.bpf4j.compiler.typed;

/** What can be done with a map by name; K and V are its key and value types, T its record type. */
public enum MapMethod {
    /** {@code V *(K)}: the entry or null. */
    LOOKUP("lookup"),
    /** {@code V *(K)}: the entry, made of zero bytes if missing; a discarded, counted one if the map is full. */
    LOOKUP_OR_INIT("lookup_or_init"),
    /** {@code s64 (K, V)}: 0 or a negative errno. */
    UPDATE("update"),
    /** {@code s64 (K, V)}: as update, only if there is no entry yet. */
    INSERT("insert"),
    /** {@code s64 (K)}: 0 or a negative errno. */
    DELETE("delete"),
    /** Histograms: {@code void (s64)} or {@code void (K, s64)}: counts a number. */
    ADD("add"),
    /** Rings: {@code T *()} or {@code T *(u64 extra)}: room for a record (and extra bytes behind it), or null. */
    RESERVE("reserve"),
    /** Rings: {@code void (T *)}: publishes a reserved record. */
    SUBMIT("submit"),
    /** Rings: {@code void (T *)}: gives a reserved record back. */
    DISCARD("discard"),
    /** Rings and perf buffers: {@code s64 (T)}: copies a record in; {@code s64 (T *, u64 size)} its first bytes. */
    OUTPUT("output");

    private final String spelling;

    MapMethod(String spelling) {
        this.spelling = spelling;
    }

    /** Returns the name in the source. */
    public String spelling() {
        return spelling;
    }
}
