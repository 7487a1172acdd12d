package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree.MapDefinition;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Definitions of maps. */
record MapDefinitionChecker(Environment environment) {

    private static final int DEFAULT_ENTRIES = 10_240;
    private static final int DEFAULT_HISTOGRAMS = 1024;
    private static final int DEFAULT_STACKS = 1024;
    private static final int DEFAULT_RING = 256 * 1024;
    private static final int PAGE = 4096;
    /** The kernel's limit on keys of hashes (kernel/bpf/hashtab.c checks them against the stack's size). */
    private static final int MAXIMUM_KEY = 512;
    private static final int LOG2_BUCKETS = 65;
    private static final int MAXIMUM_BUCKETS = 10_000;
    /** The kernel's PERF_MAX_STACK_DEPTH. */
    private static final int STACK_DEPTH = 127;

    MapVariable check(MapDefinition map) {
        MapSpec spec = switch (map.kind().text()) {
            case "hist" -> histogram(map, new MapRole.Log2Histogram(), LOG2_BUCKETS);
            case "lhist" -> linear(map);
            default -> plain(map, kind(map));
        };
        return new MapVariable(spec, map.name().at());
    }

    private static MapKind kind(MapDefinition map) {
        String word = map.kind().text();
        return Arrays.stream(MapKind.values()).filter(MapKind::inLanguage)
                .filter(kind -> kind.keyword().equals(word)).findFirst()
                .orElseThrow(() -> {
                    TreeSet<String> known = new TreeSet<>(List.of("hist", "lhist"));
                    Arrays.stream(MapKind.values()).filter(MapKind::inLanguage)
                            .forEach(kind -> known.add(kind.keyword()));
                    return new Mistake(map.kind().at(), "map",
                            "unknown kind of map '" + word + "'" + Suggestion.of(word, known),
                            "the kinds are " + String.join(", ", known));
                });
    }

    private MapSpec plain(MapDefinition map, MapKind kind) {
        if (!map.shape().isEmpty()) {
            throw new Mistake(map.at(), "map",
                    "the size stands behind the name, as in map hash<u32, u64> name(1024)");
        }
        MapRole role = new MapRole.Plain();
        return switch (kind) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH -> {
                requireTypes(map, 2, 2, "a key and a value");
                yield spec(map, kind, key(map), value(map, 1), entries(map, DEFAULT_ENTRIES), 0, role);
            }
            case LPM_TRIE -> {
                requireTypes(map, 2, 2, "a key and a value");
                yield spec(map, kind, prefix(map), value(map, 1), entries(map, DEFAULT_ENTRIES),
                        MapSpec.NO_PREALLOCATION, role);
            }
            case ARRAY, PERCPU_ARRAY -> {
                requireTypes(map, 1, 2, "a value");
                if (map.types().size() == 2 && key(map) != IntType.U32) {
                    throw new Mistake(map.types().getFirst().at(), "map", "the key of an array is a u32");
                }
                yield spec(map, kind, IntType.U32, value(map, map.types().size() - 1), entries(map, 0), 0,
                        role);
            }
            case QUEUE, STACK -> {
                requireTypes(map, 1, 1, "a value");
                yield spec(map, kind, VoidType.VOID, value(map, 0), entries(map, DEFAULT_ENTRIES), 0, role);
            }
            case STACK_TRACE -> {
                requireTypes(map, 0, 0, "none");
                yield spec(map, kind, IntType.U32, new ArrayType(IntType.U64, STACK_DEPTH),
                        entries(map, DEFAULT_STACKS),
                        0, role);
            }
            case RINGBUF -> {
                requireTypes(map, 1, 1, "a record");
                yield spec(map, kind, VoidType.VOID, VoidType.VOID, ringSize(map), 0,
                        new MapRole.Events(value(map, 0)));
            }
            case PERF_EVENT_ARRAY -> {
                requireTypes(map, 1, 1, "a record");
                requireNoSize(map);
                yield spec(map, kind, IntType.U32, IntType.U32, 0, 0, new MapRole.Events(value(map, 0)));
            }
            case PROG_ARRAY -> {
                requireTypes(map, 0, 0, "none");
                yield spec(map, kind, IntType.U32, IntType.U32, entries(map, 0), 0, role);
            }
            default ->
                throw new IllegalArgumentException("the language has no maps of kind " + kind.keyword());
        };
    }

    private static MapSpec spec(MapDefinition map, MapKind kind, Type key, Type value, int entries, int flags,
            MapRole role) {
        return new MapSpec(map.name().text(), kind, key, value, entries, flags, role);
    }

    private static void requireTypes(MapDefinition map, int least, int most, String what) {
        int given = map.types().size();
        if (given < least || given > most) {
            throw new Mistake(map.kind().at(), "map", "'"
                    + map.kind().text() + "' takes " + (most == 0
                            ? "no types"
                            : least
                                    + (least == most ? "" : " or " + most) + (most == 1 ? " type" : " types")
                                    + " in < >: " + what)
                    + ", not " + given);
        }
    }

    private Type key(MapDefinition map) {
        Type key = environment.types().complete(map.types().getFirst(), AddressSpace.USER);
        if (key.size() == 0 || key.size() > MAXIMUM_KEY) {
            throw new Mistake(map.types().getFirst().at(), "map",
                    "a key has 1 to " + MAXIMUM_KEY + " bytes, not "
                            + key.size());
        }
        return key;
    }

    private Type value(MapDefinition map, int index) {
        Type value = environment.types().complete(map.types().get(index), AddressSpace.USER);
        if (value.size() == 0) {
            throw new Mistake(map.types().get(index).at(), "map", "a value needs at least one byte");
        }
        return value;
    }

    private Type prefix(MapDefinition map) {
        Type key = key(map);
        boolean fits = key instanceof StructType struct && struct.size() > Integer.BYTES
                && !struct.fields().isEmpty()
                && struct.fields().getFirst().type() == IntType.U32;
        if (!fits) {
            throw new Mistake(map.types().getFirst().at(), "map",
                    "the key of an lpm_trie is a struct that starts with a u32, the number of bits",
                    "declare struct { u32"
                            + " bits; u8 address[4]; }");
        }
        return key;
    }

    private int entries(MapDefinition map, int standard) {
        if (map.size().isEmpty()) {
            if (standard == 0) {
                throw new Mistake(map.name().at(), "map", "this kind of map needs a size",
                        "write " + map.name().text()
                                + "(64)");
            }
            return standard;
        }
        if (map.size().size() > 1) {
            throw new Mistake(map.size().get(1).at(), "map", "a map has one size");
        }
        ExpressionTree size = map.size().getFirst();
        if (size instanceof ExpressionTree.Assign assign && assign.operator().isEmpty()
                && assign.target() instanceof ExpressionTree.NameUse use && use.name().equals("max")) {
            size = assign.value();
        }
        long entries = environment.types().constant(size, "a map's size");
        if (entries < 1 || entries > Integer.MAX_VALUE) {
            throw new Mistake(size.at(), "map", "a map cannot have " + entries + " entries");
        }
        return (int) entries;
    }

    private static void requireNoSize(MapDefinition map) {
        if (!map.size().isEmpty()) {
            throw new Mistake(map.size().getFirst().at(), "map",
                    "perf_events have one buffer per processor and no size");
        }
    }

    private int ringSize(MapDefinition map) {
        long bytes = entries(map, DEFAULT_RING);
        long rounded = Math.max(PAGE,
                Long.highestOneBit(bytes) == bytes ? bytes : Long.highestOneBit(bytes) << 1);
        if (rounded > 1 << 30) {
            throw new Mistake(map.size().getFirst().at(), "map", "a ring has at most 1 GiB");
        }
        if (rounded != bytes) {
            environment.diagnostics().warning(map.size().getFirst().at(), "map",
                    "the size of a ring is a power of two of"
                            + " at least " + PAGE + " bytes; " + bytes + " becomes " + rounded);
        }
        return (int) rounded;
    }

    private MapSpec linear(MapDefinition map) {
        if (map.shape().size() != 3) {
            throw new Mistake(map.kind().at(), "map",
                    "lhist takes the smallest number, the largest and the step",
                    "write map lhist(0, 100, 10) name;");
        }
        long[] shape = map.shape().stream().mapToLong(one -> environment.types().constant(one, "this"))
                .toArray();
        Span at = map.shape().getFirst().at();
        long span = shape[1] - shape[0];
        if (shape[2] <= 0 || span <= 0 || span % shape[2] != 0) {
            throw new Mistake(at, "map",
                    "the step must be above 0 and divide the distance from " + shape[0] + " to "
                            + shape[1]);
        }
        if (span / shape[2] > MAXIMUM_BUCKETS) {
            throw new Mistake(at, "map", "these are more than " + MAXIMUM_BUCKETS + " steps");
        }
        int buckets = (int) (span / shape[2]) + 2;
        return histogram(map, new MapRole.LinearHistogram(shape[0], shape[1], shape[2]), buckets);
    }

    private MapSpec histogram(MapDefinition map, MapRole role, int buckets) {
        if (role instanceof MapRole.Log2Histogram && !map.shape().isEmpty()) {
            throw new Mistake(map.shape().getFirst().at(), "map", "hist takes no shape",
                    "use lhist(min, max, step)");
        }
        requireTypes(map, 0, 1, "a key");
        Type value = new ArrayType(IntType.U64, buckets);
        if (map.types().isEmpty()) {
            if (!map.size().isEmpty()) {
                throw new Mistake(map.size().getFirst().at(), "map", "a histogram without a key has no size");
            }
            return spec(map, MapKind.PERCPU_ARRAY, IntType.U32, value, 1, 0, role);
        }
        return spec(map, MapKind.PERCPU_HASH, key(map), value, entries(map, DEFAULT_HISTOGRAMS), 0, role);
    }
}
