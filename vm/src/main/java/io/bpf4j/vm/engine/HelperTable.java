package io.bpf4j.vm.engine;

import io.bpf4j.vm.abi.Helper;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** Which helpers a machine has: an immutable table. */
public final class HelperTable {

    /** The table without helpers. */
    public static final HelperTable EMPTY = new HelperTable(Map.of());

    private final Map<Helper, HelperFunction> functions;

    private HelperTable(Map<Helper, HelperFunction> functions) {
        this.functions = functions;
    }

    /** Returns the same table with one helper more, or another in its place. */
    public HelperTable with(Helper helper, HelperFunction function) {
        Map<Helper, HelperFunction> more = new EnumMap<>(Helper.class);
        more.putAll(functions);
        more.put(helper, function);
        return new HelperTable(more);
    }

    /** Finds a helper by the number in the call instruction; null if there is none. */
    public HelperFunction find(int id) {
        return Helper.byId(id).map(functions::get).orElse(null);
    }

    /** Returns the helpers that exist. */
    public Set<Helper> helpers() {
        return Set.copyOf(functions.keySet());
    }
}
