package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.BpfMap;
import java.util.Map;

/** Operations on maps (kernel/bpf/helpers.c). */
final class MapHelpers {

    private MapHelpers() {}

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.MAP_LOOKUP_ELEM, MapHelpers::lookup);
        table.put(Helper.MAP_UPDATE_ELEM, MapHelpers::update);
        table.put(Helper.MAP_DELETE_ELEM, MapHelpers::delete);
        table.put(Helper.MAP_PUSH_ELEM, MapHelpers::push);
        table.put(Helper.MAP_POP_ELEM, MapHelpers::pop);
        table.put(Helper.MAP_PEEK_ELEM, MapHelpers::peek);
        table.put(Helper.MAP_LOOKUP_PERCPU_ELEM, MapHelpers::lookupInShard);
    }

    /** Finds the map that a program names. */
    static BpfMap map(Execution execution, long handle) {
        BpfMap map = execution.machine().maps().byHandle(handle);
        if (map == null) {
            throw new Fault(Kind.BAD_ARGUMENT, "0x" + Long.toHexString(handle) + " is not a map");
        }
        return map;
    }

    private static long lookup(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().keySize(), false);
        return map.lookup(execution.shard(), r2);
    }

    private static long update(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().keySize(), false);
        execution.check(r3, map.spec().valueSize(), false);
        return map.update(execution.shard(), r2, r3, r4);
    }

    private static long delete(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().keySize(), false);
        return map.delete(r2);
    }

    private static long push(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().valueSize(), false);
        return map.push(r2, r3);
    }

    private static long pop(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().valueSize(), true);
        return map.pop(r2);
    }

    private static long peek(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().valueSize(), true);
        return map.peek(r2);
    }

    /** The kernel's CPU number is the number of a shard here. */
    private static long lookupInShard(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = map(execution, r1);
        execution.check(r2, map.spec().keySize(), false);
        int shard = (int) r3;
        boolean exists = map instanceof ArenaMap shared && map.spec().kind().perCpu() && shard >= 0
                && shard < shared.shards();
        return exists ? map.lookup(shard, r2) : 0;
    }
}
