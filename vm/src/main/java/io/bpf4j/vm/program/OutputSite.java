package io.bpf4j.vm.program;

import io.bpf4j.vm.type.StructType;

/**
 * One place in the source that talks to the tool through the output ring.
 *
 * <p>Its records start with a {@code u32} that is the {@code id}; {@link Print} carries the arguments after
 * it.
 */
public sealed interface OutputSite {

    /** Returns the number that the records of this site start with. */
    int id();

    /**
     * {@code printf}: {@code record} is the whole record; its first field is {@code id}, the others the
     * arguments in
     * order. The format has C's conversions: flags, width, precision, {@code d i u x X o c s p %%}.
     */
    record Print(int id, String format, StructType record) implements OutputSite {}

    /** {@code print(map)}: show the map now. */
    record ShowMap(int id, String map) implements OutputSite {}

    /** {@code clear(map)}: delete the map's entries. */
    record ClearMap(int id, String map) implements OutputSite {}

    /** {@code exit()}: end the session. */
    record Exit(int id) implements OutputSite {}
}
