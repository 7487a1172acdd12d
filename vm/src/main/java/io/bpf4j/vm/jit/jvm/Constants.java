package io.bpf4j.vm.jit.jvm;

import java.util.ArrayList;
import java.util.List;

/**
 * The objects that a generated class uses: each in a static final field, which HotSpot takes for a constant.
 */
final class Constants {

    /** An object, and what its field is declared as. */
    record Entry(String field, Class<?> type, Object value) {}

    private final String owner;
    private final List<Entry> entries = new ArrayList<>();

    /** Starts with none, for the class with an internal name. */
    Constants(String owner) {
        this.owner = owner;
    }

    /** Pushes an object. */
    void load(Code code, Class<?> type, Object value) {
        code.field(owner, find(type, value).field(), type);
    }

    private Entry find(Class<?> type, Object value) {
        for (Entry entry : entries) {
            if (entry.value() == value) {
                return entry;
            }
        }
        Entry added = new Entry("constant" + entries.size(), type, value);
        entries.add(added);
        return added;
    }

    /** Returns the objects that were pushed, in the order of their first use. */
    List<Entry> entries() {
        return List.copyOf(entries);
    }
}
