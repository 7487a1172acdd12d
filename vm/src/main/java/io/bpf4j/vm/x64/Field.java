package io.bpf4j.vm.x64;

/**
 * A field of the code that holds something about a place.
 *
 * @param position bytes of fixed size before it
 * @param flexiblesBefore pieces of flexible size before it
 */
record Field(int position, int flexiblesBefore, Kind kind, Place place, long addend) {

    /** What the field holds. */
    sealed interface Kind {}

    /** Eight bytes: the address. */
    record Address() implements Kind {}

    /** Four bytes: the distance from the end of the instruction, which is some bytes after the field's start. */
    record Distance(int end) implements Kind {}

    /** Four bytes: the distance from a label. */
    record Difference(Label from) implements Kind {}
}
