package io.bpf4j.bench.map;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.Verdict;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program that does something to a map {@value #COUNT} times, each time with the next key of a fixed order.
 *
 * @param name what users call it
 * @param map the map; empty for the same loop without any operation
 * @param keySize the bytes of the keys that the loop makes: 4, 8 or 16
 * @param keys how many different keys there are, a power of two of at least {@value #COUNT}
 * @param filled whether all keys are in the map before
 * @param ownKeys whether each thread has keys that no other one has
 * @param body what is done: the key is at R10 - 16, 64 bytes to write are at R10 - 80, R9 is the result
 */
public record MapOperation(String name, Optional<MapSpec> map, int keySize, int keys, boolean filled,
        boolean ownKeys, String body) {

    /** How often a run does it. */
    public static final int COUNT = 1024;
    /** The most threads that have keys of their own. */
    public static final int MOST_THREADS = 4;

    private static final int ENTRIES = 2 * COUNT;
    private static final int RING_BYTES = 1 << 20;
    private static final int EVENT_BYTES = 64;

    private static final String LOOKUP = "r1 = map[m] ll\nr2 = r10\nr2 += -16\ncall bpf_map_lookup_elem\n";
    private static final String UPDATE = """
            r1 = map[m] ll
            r2 = r10
            r2 += -16
            r3 = r10
            r3 += -80
            r4 = %d
            call bpf_map_update_elem
            r9 |= r0
            """;
    private static final String READ = LOOKUP
            + "if r0 == 0 goto none\nr1 = *(u64 *)(r0 + 0)\nr9 += r1\nnone:\n";
    private static final String COUNT_UP = LOOKUP
            + "if r0 == 0 goto none\nr1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\nnone:\n";
    private static final String COUNT_UP_ATOMICALLY = LOOKUP
            + "if r0 == 0 goto none\nr1 = 1\nlock *(u64 *)(r0 + 0) += r1\nnone:\n";
    private static final String ERASE = """
            r1 = map[m] ll
            r2 = r10
            r2 += -16
            call bpf_map_delete_elem
            r9 |= r0
            """;
    private static final String OUTPUT = """
            r1 = map[m] ll
            r2 = r10
            r2 += -80
            r3 = %d
            r4 = 1
            call bpf_ringbuf_output
            """.formatted(EVENT_BYTES);

    /** All operations. */
    public static final List<MapOperation> ALL = Stream.concat(
            Stream.of(4, 8, 16).flatMap(MapOperation::onHash),
            Stream.of(
                    new MapOperation("percpu-hash-add-8", map(MapKind.PERCPU_HASH, 8, ENTRIES), 8, COUNT,
                            true,
                            false, COUNT_UP),
                    new MapOperation("array-add", map(MapKind.ARRAY, 4, COUNT), 4, COUNT, false, false,
                            COUNT_UP_ATOMICALLY),
                    new MapOperation("percpu-array-add", map(MapKind.PERCPU_ARRAY, 4, COUNT), 4, COUNT, false,
                            false, COUNT_UP),
                    new MapOperation("lru-lookup-8", map(MapKind.LRU_HASH, 8, ENTRIES), 8, COUNT, true, false,
                            READ),
                    new MapOperation("lru-update-8", map(MapKind.LRU_HASH, 8, COUNT / 2), 8, COUNT, false,
                            false, UPDATE.formatted(0)),
                    new MapOperation("ring-output-64", map(MapKind.RINGBUF, 0, RING_BYTES), 4, COUNT, false,
                            false, OUTPUT)))
            .toList();

    private static Stream<MapOperation> onHash(int keySize) {
        Optional<MapSpec> map = map(MapKind.HASH, keySize, ENTRIES);
        return Stream.of(
                new MapOperation("lookup-" + keySize, map, keySize, COUNT, true, false, READ),
                new MapOperation("update-" + keySize, map, keySize, COUNT, true, false, UPDATE.formatted(2)),
                new MapOperation("insert-delete-" + keySize, map, keySize, MOST_THREADS * COUNT, false, true,
                        UPDATE.formatted(1) + ERASE));
    }

    private static Optional<MapSpec> map(MapKind kind, int keySize, int entries) {
        Type value = kind == MapKind.RINGBUF ? VoidType.VOID : IntType.U64;
        return Optional.of(new MapSpec("m", kind, type(keySize), value, entries, 0, new MapRole.Plain()));
    }

    private static Type type(int size) {
        return switch (size) {
            case 0 -> VoidType.VOID;
            case 4 -> IntType.U32;
            case 8 -> IntType.U64;
            default -> new ArrayType(IntType.U8, size);
        };
    }

    /** Returns the loop with keys of the same size that does nothing with them. */
    public MapOperation idle() {
        return new MapOperation("idle-" + keySize, Optional.empty(), keySize, keys, false, false, "");
    }

    /** Finds an operation, or a loop without one, by name. */
    public static Optional<MapOperation> byName(String name) {
        return Stream.concat(ALL.stream(), ALL.stream().map(MapOperation::idle))
                .filter(operation -> operation.name.equals(name)).findFirst();
    }

    /** Returns the program of a thread, by its number from 0. */
    public Program program(int thread) {
        String text = """
                r9 = 0
                r1 = 1
                %s
                r6 = %d
                r7 = %d
                again:
                r7 += 1
                r8 = r7
                r8 *= 40503
                r8 &= %d
                %s
                %s
                r6 += -1
                if r6 != 0 goto again
                r0 = r9
                exit
                """.formatted(event(), COUNT, ownKeys ? thread * COUNT : 0, keys - 1, key(), body);
        Assembly assembly = Assembler.assemble(text);
        return new Program("maps", ProgramType.SOCKET_FILTER, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of());
    }

    /** Returns the program of a thread with the verifier's proof that it needs no checks. */
    public VerifiedProgram verified(int thread) {
        Program program = program(thread);
        Verdict verdict = Verifier.verify(program,
                VerifierInput.of(program.type(), map.stream().toList(), "GPL"));
        return switch (verdict) {
            case VerifiedProgram verified -> verified;
            case Rejection rejection -> throw new IllegalStateException(name + ": " + rejection);
        };
    }

    private static String event() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < EVENT_BYTES; at += Long.BYTES) {
            text.append("*(u64 *)(r10 - ").append(80 - at).append(") = r1\n");
        }
        return text.toString();
    }

    private String key() {
        return switch (keySize) {
            case 4 -> "*(u32 *)(r10 - 16) = r8";
            case 8 -> "*(u64 *)(r10 - 16) = r8";
            default -> "*(u64 *)(r10 - 16) = r8\n*(u64 *)(r10 - 8) = r8";
        };
    }

    /** Returns what a run returns if everything went well. */
    public long expected() {
        return body.equals(READ) ? COUNT : 0;
    }

    /** Returns the bytes of a key, by its number. */
    public byte[] keyBytes(int number) {
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(0, number).putLong(8, number);
        return Arrays.copyOf(bytes.array(), keySize);
    }

    /** Returns the value that the keys have before, once for each of a number of shards. */
    public static byte[] valueBytes(int shards) {
        ByteBuffer bytes = ByteBuffer.allocate(shards * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putLong(1);
        }
        return bytes.array();
    }
}
