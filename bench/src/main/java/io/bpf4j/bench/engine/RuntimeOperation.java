package io.bpf4j.bench.engine;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;

/** What probes do all the time, as programs. */
enum RuntimeOperation {
    EMPTY("empty program", "r0 = 0\nexit\n"),
    THREAD("thread id", "call bpf_get_current_pid_tgid\nexit\n"),
    TIME("time", "call bpf_ktime_get_ns\nexit\n"),
    COUNT_ARRAY("count in an array", count("array")),
    COUNT_HASH("count in a hash map", count("hash")),
    COUNT_OWN("count in a per-thread hash map", count("own")),
    ENTER_AND_LEAVE("insert and delete in a hash map", """
            *(u64 *)(r10 - 8) = 42
            *(u64 *)(r10 - 16) = 1
            r1 = map[hash] ll
            r2 = r10
            r2 += -8
            r3 = r10
            r3 += -16
            r4 = 0
            call bpf_map_update_elem
            r1 = map[hash] ll
            r2 = r10
            r2 += -8
            call bpf_map_delete_elem
            exit
            """),
    READ_8("read 8 bytes of the process", read(8)),
    READ_256("read 256 bytes of the process", read(256)),
    EVENT_16("16-byte event with time", event(16)),
    EVENT_256("256-byte event with time", event(256));

    /** The name of the ring. */
    static final String RING = "ring";
    /** The maps of all programs. */
    static final List<MapSpec> MAPS = List.of(map("array", MapKind.ARRAY, IntType.U32, IntType.U64, 64),
            map("hash", MapKind.HASH, IntType.U64, IntType.U64, 1024),
            map("own", MapKind.PERCPU_HASH, IntType.U64, IntType.U64, 1024),
            map(RING, MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 1 << 23));

    private final String title;
    private final String text;

    RuntimeOperation(String title, String text) {
        this.title = title;
        this.text = text;
    }

    /** Returns what it is called in reports. */
    String title() {
        return title;
    }

    /** Returns the program. */
    Program program() {
        Assembly assembly = Assembler.assemble(text);
        return new Program("bench", ProgramType.KPROBE, new AttachSpec.Manual(), assembly.instructions(),
                assembly.references(), List.of(), List.of());
    }

    private static MapSpec map(String name, MapKind kind, Type key, Type value, int entries) {
        return new MapSpec(name, kind, key, value, entries, 0, new MapRole.Plain());
    }

    private static String count(String map) {
        return """
                *(u64 *)(r10 - 8) = 42
                r1 = map[#map#] ll
                r2 = r10
                r2 += -8
                call bpf_map_lookup_elem
                if r0 == 0 goto missing
                r1 = 1
                lock *(u64 *)(r0 + 0) += r1
                r0 = 0
                exit
                missing:
                *(u64 *)(r10 - 16) = 1
                r1 = map[#map#] ll
                r2 = r10
                r2 += -8
                r3 = r10
                r3 += -16
                r4 = 1
                call bpf_map_update_elem
                exit
                """.replace("#map#", map);
    }

    private static String read(int bytes) {
        return "r3 = r1\nr1 = r10\nr1 += -256\nr2 = " + bytes + "\ncall bpf_probe_read_user\nexit\n";
    }

    private static String event(int bytes) {
        return """
                r6 = r1
                r1 = map[ring] ll
                r2 = #size#
                r3 = 0
                call bpf_ringbuf_reserve
                if r0 == 0 goto out
                r7 = r0
                call bpf_ktime_get_ns
                *(u64 *)(r7 + 0) = r0
                call bpf_get_current_pid_tgid
                *(u64 *)(r7 + 8) = r0
                r1 = r7
                r1 += 16
                r2 = #bytes#
                r3 = r6
                call bpf_probe_read_user
                r1 = r7
                r2 = 0
                call bpf_ringbuf_submit
                out:
                r0 = 0
                exit
                """.replace("#size#", "" + bytes).replace("#bytes#", "" + (bytes - 16));
    }
}
