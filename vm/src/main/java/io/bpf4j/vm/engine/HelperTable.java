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
    /** The same by number: looked up at every call. */
    private final HelperFunction[] byId;

    private HelperTable(Map<Helper, HelperFunction> functions) {
        this.functions = functions;
        this.byId = new HelperFunction[1 + functions.keySet().stream().mapToInt(Helper::id).max().orElse(0)];
        functions.forEach((helper, function) -> byId[helper.id()] = function);
    }

    /** Makes a table. */
    public static HelperTable of(Map<Helper, HelperFunction> functions) {
        return new HelperTable(Map.copyOf(functions));
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
        return id < 0 || id >= byId.length ? null : byId[id];
    }

    /** Returns the helpers that exist. */
    public Set<Helper> helpers() {
        return Set.copyOf(functions.keySet());
    }
}
