package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.HelperTable;
import java.util.EnumMap;
import java.util.Map;

/**
 * All helpers that exist in user space. Memory that a program gives to one is checked where the program is; results,
 * errors among them, are those of the kernel.
 */
public final class StandardHelpers {

    private static final HelperTable TABLE = make();

    private StandardHelpers() {}

    /** Returns the table. */
    public static HelperTable table() {
        return TABLE;
    }

    private static HelperTable make() {
        Map<Helper, HelperFunction> table = new EnumMap<>(Helper.class);
        MapHelpers.addTo(table);
        RingHelpers.addTo(table);
        ReadHelpers.addTo(table);
        TextHelpers.addTo(table);
        WorldHelpers.addTo(table);
        CallbackHelpers.addTo(table);
        StackHelpers.addTo(table);
        return HelperTable.of(table);
    }
}
