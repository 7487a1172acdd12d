package io.bpf4j.vm.patch;

import java.util.Arrays;
import java.util.List;

/**
 * The code of a program or library, and what is known about it.
 *
 * @param text the executable segment as the file has it, at the addresses where it is or will be loaded
 * @param data the readable segments as the program sees them, that is after relocation: tables of addresses are looked
 *        for there
 * @param starts where functions begin, ascending: from all the symbols that there are
 * @param entries further places where code is entered, such as landing pads of exceptions, in any order
 */
public record ModuleText(Block text, List<Block> data, long[] starts, long[] entries) {

    /** Sorts the starts. */
    public ModuleText {
        data = List.copyOf(data);
        starts = Arrays.stream(starts).sorted().distinct().toArray();
        entries = entries.clone();
    }

    /** Returns a text of which nothing else is known. */
    public static ModuleText of(Block text) {
        return new ModuleText(text, List.of(), new long[0], new long[0]);
    }

    /** Returns the first known start of a function after an address, or the end of the text. */
    public long nextStart(long address) {
        int found = Arrays.binarySearch(starts, address + 1);
        int at = found < 0 ? -found - 1 : found;
        long end = text.range().end();
        return at < starts.length ? Math.min(starts[at], end) : end;
    }
}
