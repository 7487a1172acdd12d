package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The routines of all maps. */
final class MapRoutines {

    private final TargetRuntime runtime;
    private final X64Assembler code;
    private final RuntimeSettings settings;
    private final CopyRoutines copies;
    /** The functions of texts, by map and label. */
    private final Map<Integer, Map<String, Label>> texts = new HashMap<>();

    MapRoutines(TargetRuntime runtime, CopyRoutines copies) {
        this.copies = copies;
        this.runtime = runtime;
        this.code = runtime.code();
        this.settings = runtime.settings();
    }

    /** Emits a lookup in an array in place of a call; returns whether it did. */
    boolean inline(int map, MapCall call) {
        MapPlan plan = settings.maps().get(map);
        boolean array = switch (plan.spec().kind()) {
            case ARRAY, PERCPU_ARRAY -> true;
            default -> false;
        };
        if (!array || call != MapCall.LOOKUP) {
            return false;
        }
        Label none = code.label();
        Label done = code.label();
        code.mov(DWORD, RAX, Memory.at(RSI));
        code.alu(Alu.CMP, DWORD, RAX, plan.spec().maxEntries());
        code.jcc(ConditionCode.AE, none);
        if (plan.valueStride() != 1) {
            code.imul(QWORD, RAX, RAX, plan.valueStride());
        }
        if (settings.isScratch(map)) {
            code.lea(QWORD, RAX, Memory.indexed(Gpr.R12, RAX, 1, settings.scratchOffset(map)));
        } else {
            code.loadImmediate(RCX, settings.arena() + plan.values());
            code.alu(Alu.ADD, QWORD, RAX, RCX);
            if (plan.shards() > 1) {
                code.mov(DWORD, RCX, ThreadBlock.SHARD.operand());
                code.imul(QWORD, RCX, RCX, plan.shardBytes());
                code.alu(Alu.ADD, QWORD, RAX, RCX);
            }
        }
        code.jmp(done);
        code.bind(none);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.bind(done);
        return true;
    }

    /** Returns the routine of one map. */
    Label routine(int map, MapCall call) {
        MapPlan plan = settings.maps().get(map);
        return switch (plan.spec().kind()) {
            case RINGBUF, PERF_EVENT_ARRAY -> ring(map, call);
            case PROG_ARRAY -> runtime.constant(TargetRuntime.unsupported(plan, call));
            default -> {
                Label label = texts.computeIfAbsent(map, this::text).get(call.label());
                yield label != null ? label : runtime.constant(TargetRuntime.unsupported(plan, call));
            }
        };
    }

    private Map<String, Label> text(int map) {
        MapPlan plan = settings.maps().get(map);
        return switch (plan.spec().kind()) {
            case ARRAY, PERCPU_ARRAY -> {
                ArrayText array = new ArrayText(plan, settings, map);
                yield functions(array.entries(), array.text());
            }
            case QUEUE, STACK -> {
                QueueText queue = new QueueText(plan, settings.arena());
                yield functions(QueueText.ENTRIES, queue.text());
            }
            case STACK_TRACE -> {
                TraceText trace = new TraceText(plan, settings.arena());
                yield functions(TraceText.ENTRIES, trace.text());
            }
            default -> {
                HashText hash = new HashText(plan, settings.arena());
                yield functions(hash.entries(), hash.text());
            }
        };
    }

    /** Returns the labels of functions that will be written. */
    Map<String, Label> functions(List<String> entries, String text) {
        BpfText.Assembled assembled = BpfText.assemble(entries, text);
        Map<String, Label> byName = new HashMap<>();
        Map<Integer, Label> bySlot = new HashMap<>();
        for (String entry : entries) {
            Label label = bySlot.computeIfAbsent(assembled.labels().get(entry), slot -> code.label(entry));
            byName.put(entry, label);
        }
        runtime.later(() -> runtime.append(assembled.routines(), bySlot));
        return byName;
    }

    private Label ring(int map, MapCall call) {
        MapPlan plan = settings.maps().get(map);
        return switch (call) {
            case RESERVE -> runtime.routine(call + " " + map, () -> rings(map).reserve());
            case OUTPUT ->
                runtime.routine(call + " " + map, () -> rings(map).output(ring(map, MapCall.RESERVE)));
            case PERF_OUTPUT ->
                runtime.routine(call + " " + map, () -> rings(map).perfOutput(ring(map, MapCall.RESERVE)));
            case QUERY -> runtime.routine(call + " " + map, () -> rings(map).query());
            default -> runtime.constant(TargetRuntime.unsupported(plan, call));
        };
    }

    /** Returns the routines of a ring. */
    RingRoutines rings(int map) {
        return new RingRoutines(code, copies, settings.maps().get(map), settings.arena());
    }

    /** Returns the routine that finds out which map is meant. */
    Label dispatcher(MapCall call) {
        return runtime.routine("any map " + call, () -> {
            Gpr handle = call.map() == Register.R1 ? Gpr.RDI : Gpr.RSI;
            for (int map = 0; map < settings.maps().size(); map++) {
                code.loadImmediate(RAX, settings.handle(map));
                code.alu(Alu.CMP, QWORD, RAX, handle);
                code.jcc(ConditionCode.E, routine(map, call));
            }
            code.loadImmediate(RAX, ErrorNumber.EINVAL.result());
            code.plain(Plain.RET);
        });
    }
}
