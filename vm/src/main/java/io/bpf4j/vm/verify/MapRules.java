package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import java.util.EnumSet;
import java.util.Set;

/** Which helpers take which kinds of map (kernel/bpf/verifier.c, check_map_func_compatibility). */
final class MapRules {

    private static final Set<MapKind> ITERABLE = EnumSet.of(MapKind.ARRAY, MapKind.PERCPU_ARRAY, MapKind.HASH,
            MapKind.PERCPU_HASH, MapKind.LRU_HASH, MapKind.LRU_PERCPU_HASH);
    private static final Set<MapKind> REDIRECTING = EnumSet.of(MapKind.DEVMAP, MapKind.DEVMAP_HASH,
            MapKind.CPUMAP, MapKind.XSKMAP);
    private static final Set<MapKind> ARRAYS = EnumSet.of(MapKind.ARRAY, MapKind.PERCPU_ARRAY);

    private MapRules() {}

    static boolean fits(MapSpec map, Helper helper) {
        if (map.kind().holdsMaps()) {
            return helper == Helper.MAP_LOOKUP_ELEM && map.role() instanceof MapRole.Outer;
        }
        if (REDIRECTING.contains(map.kind())) {
            return helper == Helper.REDIRECT_MAP;
        }
        // What a lookup in maps of other kinds gives (a socket, ...) is not modelled.
        return map.kind().inLanguage() && helpersOf(map.kind(), helper) && kindsOf(helper, map.kind());
    }

    private static boolean helpersOf(MapKind kind, Helper helper) {
        return switch (kind) {
            case PROG_ARRAY -> helper == Helper.TAIL_CALL;
            case STACK_TRACE -> helper == Helper.GET_STACKID;
            case PERF_EVENT_ARRAY -> switch (helper) {
                case PERF_EVENT_READ, PERF_EVENT_OUTPUT, PERF_EVENT_READ_VALUE, SKB_OUTPUT, XDP_OUTPUT ->
                    true;
                default -> false;
            };
            case RINGBUF -> switch (helper) {
                case RINGBUF_OUTPUT, RINGBUF_RESERVE, RINGBUF_QUERY, RINGBUF_RESERVE_DYNPTR -> true;
                default -> false;
            };
            case QUEUE, STACK -> switch (helper) {
                case MAP_PUSH_ELEM, MAP_POP_ELEM, MAP_PEEK_ELEM -> true;
                default -> false;
            };
            default -> true;
        };
    }

    private static boolean kindsOf(Helper helper, MapKind kind) {
        return switch (helper) {
            case TAIL_CALL -> kind == MapKind.PROG_ARRAY;
            case GET_STACKID -> kind == MapKind.STACK_TRACE;
            case PERF_EVENT_READ, PERF_EVENT_OUTPUT, PERF_EVENT_READ_VALUE, SKB_OUTPUT, XDP_OUTPUT ->
                kind == MapKind.PERF_EVENT_ARRAY;
            case RINGBUF_OUTPUT, RINGBUF_RESERVE, RINGBUF_QUERY, RINGBUF_RESERVE_DYNPTR ->
                kind == MapKind.RINGBUF;
            case MAP_PUSH_ELEM, MAP_POP_ELEM, MAP_PEEK_ELEM -> kind == MapKind.QUEUE || kind == MapKind.STACK;
            case MAP_LOOKUP_PERCPU_ELEM -> kind.perCpu();
            case FOR_EACH_MAP_ELEM -> ITERABLE.contains(kind);
            case CURRENT_TASK_UNDER_CGROUP, SKB_UNDER_CGROUP, REDIRECT_MAP, SK_REDIRECT_MAP, SOCK_MAP_UPDATE,
                    MSG_REDIRECT_MAP, SOCK_HASH_UPDATE, MSG_REDIRECT_HASH, SK_REDIRECT_HASH,
                    GET_LOCAL_STORAGE,
                    SK_SELECT_REUSEPORT, SK_STORAGE_GET, SK_STORAGE_DELETE, INODE_STORAGE_GET,
                    INODE_STORAGE_DELETE,
                    TASK_STORAGE_GET, TASK_STORAGE_DELETE, CGRP_STORAGE_GET, CGRP_STORAGE_DELETE,
                    USER_RINGBUF_DRAIN ->
                false;
            default -> true;
        };
    }

    /** Returns whether every key below the number of entries has a value. */
    static boolean isArray(MapSpec map) {
        return ARRAYS.contains(map.kind());
    }

    /** Returns whether the address of the value is known when the program is loaded. */
    static boolean hasDirectValues(MapSpec map) {
        return map.kind() == MapKind.ARRAY && map.maxEntries() == 1;
    }

    static boolean isReadOnly(MapSpec map) {
        return (map.flags() & MapSpec.READ_ONLY_FOR_PROGRAMS) != 0;
    }

    /** Returns whether nobody can change the value any more. */
    static boolean isConstant(MapSpec map) {
        return isReadOnly(map) && hasDirectValues(map) && map.role() instanceof MapRole.Globals globals
                && globals.section() == MapRole.Globals.Section.READ_ONLY;
    }
}
