package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.jit.x64.runtime.ReadRoutines.Space;
import io.bpf4j.vm.jit.x64.runtime.WorldRoutines.Clock;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The routines of all helpers that do not work on one map. */
final class HelperRoutines {

    private static final String PRINTING = PrintText.WRITE + PrintText.CLASSES + PrintText.NUMBER
            + PrintText.PRINT
            + PrintText.INTERNET;

    private final TargetRuntime runtime;
    private final X64Assembler code;
    private final MapRoutines maps;
    private final Map<String, Label> texts = new HashMap<>();
    private final ReadRoutines reads;
    private final WorldRoutines world;
    private final CallRoutines calls;

    HelperRoutines(TargetRuntime runtime, MapRoutines maps, FaultTable faults, CopyRoutines copies) {
        this.runtime = runtime;
        this.maps = maps;
        this.code = runtime.code();
        this.reads = new ReadRoutines(code, copies, faults, runtime.settings());
        this.world = new WorldRoutines(code, runtime.settings());
        this.calls = new CallRoutines(code, runtime.settings());
    }

    /** Emits what a helper does in place of its call; returns whether it did. */
    boolean inline(int id) {
        Helper helper = Helper.byId(id).orElse(null);
        switch (helper) {
            case GET_CURRENT_PID_TGID -> code.mov(QWORD, RAX, ThreadBlock.PID_TGID.operand());
            case GET_FUNC_IP -> code.mov(QWORD, RAX, ThreadBlock.FUNCTION.operand());
            case GET_ATTACH_COOKIE -> code.mov(QWORD, RAX, ThreadBlock.COOKIE.operand());
            case GET_NUMA_NODE_ID, GET_CURRENT_TASK -> code.alu(Alu.XOR, DWORD, RAX, RAX);
            case null, default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns the routine of a helper. */
    Label routine(int id) {
        Helper helper = Helper.byId(id)
                .orElseThrow(() -> new IllegalArgumentException("there is no helper " + id));
        String name = helper.helperName();
        return switch (helper) {
            case GET_STACK -> text(name, List.of(name, "walk"), StackWalk.GET_STACK + StackWalk.TEXT);
            case STRNCMP -> text(name, List.of(name), NumberText.COMPARE);
            case STRTOL, STRTOUL ->
                text(name, List.of("strtol", "strtoul", "number", "digit"), NumberText.PARSE);
            case SNPRINTF ->
                text(name, printing("snprintf", "terminate"), PrintText.FORMAT_TO_MEMORY + PRINTING);
            case TRACE_PRINTK, TRACE_VPRINTK ->
                text(name, printing("trace_printk", "trace_vprintk"), PrintText.FORMAT_TO_TRACE + PRINTING);
            default -> runtime.routine(helper, () -> write(helper));
        };
    }

    private static List<String> printing(String... more) {
        return Stream.concat(Stream.of(more),
                Stream.of("put", "fill", "bytes", "padded", "shown", "alphanumeric", "ends",
                        "number_text", "take_room", "next_argument", "print", "internet"))
                .toList();
    }

    /** Returns the label of a routine that is text, with the others that it comes with. */
    private Label text(String name, List<String> entries, String text) {
        if (!texts.containsKey(name)) {
            OptionalInt ring = runtime.settings().printRing().map(runtime.settings()::map)
                    .orElse(OptionalInt.empty());
            BpfText values = new BpfText().set("scratch", ThreadBlock.SCRATCH.offset())
                    .set("lost", PrintText.LOST)
                    .set("send", ring.isPresent() ? PrintText.SEND : PrintText.LOSE)
                    .set("ring", ring.isPresent() ? runtime.settings().handle(ring.getAsInt()) : 0);
            texts.putAll(maps.functions(entries, values.fill(text)));
        }
        return texts.get(name);
    }

    private void write(Helper helper) {
        switch (helper) {
            case PROBE_READ -> reads.read(Space.EITHER);
            case PROBE_READ_USER, COPY_FROM_USER -> reads.read(Space.USER);
            case PROBE_READ_KERNEL -> reads.read(Space.KERNEL);
            case PROBE_READ_STR -> reads.readString(Space.EITHER);
            case PROBE_READ_USER_STR -> reads.readString(Space.USER);
            case PROBE_READ_KERNEL_STR -> reads.readString(Space.KERNEL);
            case KTIME_GET_NS, KTIME_GET_COARSE_NS -> world.time(Clock.MONOTONIC);
            case KTIME_GET_BOOT_NS -> world.time(Clock.BOOT);
            case KTIME_GET_TAI_NS -> world.time(Clock.TAI);
            case GET_CURRENT_COMM -> world.command();
            case GET_CURRENT_UID_GID -> world.user();
            case GET_SMP_PROCESSOR_ID -> world.processor();
            case GET_PRANDOM_U32 -> world.random();
            case RINGBUF_SUBMIT -> commit(false);
            case RINGBUF_DISCARD -> commit(true);
            case LOOP -> calls.loop();
            default -> throw new IllegalArgumentException(
                    "helper bpf_" + helper.helperName() + " does not exist in traced processes");
        }
    }

    /** Finds the ring that a record is in; a single one is not looked for. */
    private void commit(boolean discard) {
        RuntimeSettings settings = runtime.settings();
        int rings = (int) settings.maps().stream().filter(plan -> isRing(plan.spec().kind())).count();
        for (int map = 0; map < settings.maps().size(); map++) {
            if (isRing(settings.maps().get(map).spec().kind())) {
                RingRoutines ring = maps.rings(map);
                if (rings == 1) {
                    ring.commit(discard);
                    return;
                }
                ring.jumpIfHere(runtime.routine("commit " + discard + " " + map, () -> ring.commit(discard)));
            }
        }
        code.loadImmediate(RAX, ErrorNumber.EINVAL.result());
        code.plain(Plain.RET);
    }

    private static boolean isRing(MapKind kind) {
        return kind == MapKind.RINGBUF || kind == MapKind.PERF_EVENT_ARRAY;
    }
}
