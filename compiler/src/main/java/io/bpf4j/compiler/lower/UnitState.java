package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;

/** The maps and counters that the compiler adds to a unit, made as programs turn out to need them. */
final class UnitState {
    /** The ring of printf and its kin. */
    static final String OUTPUT = ".output";
    /** The counters of what was lost. */
    static final String STATISTICS = ".stats";
    /** What full maps' entries are instead. */
    static final String SINK = ".sink";
    /** Room for large locals. */
    static final String SCRATCH = ".scratch";
    /** How many programs can use scratch room on one CPU at a time: each may be interrupted by the next. */
    static final int SCRATCH_ENTRIES = 4;
    /** The number that is not zero while an entry of the scratch map is in use comes first. */
    static final int SCRATCH_BYTES_OFFSET = Long.BYTES;
    /** What remains of the largest value that a per-CPU map can have: include/linux/percpu.h, PCPU_MIN_UNIT_SIZE. */
    static final int SCRATCH_LIMIT = 32 * 1024 - SCRATCH_BYTES_OFFSET;

    /** Call stacks. */
    private static final String STACKS = ".stacks";
    private static final int STACK_ENTRIES = 16384;
    /** The kernel's default of kernel.perf_event_max_stack. */
    private static final int STACK_DEPTH = 127;

    private static final int OUTPUT_BYTES = 256 * 1024;

    private final TypedUnit unit;
    private final VariableFacts variables;
    private final GlobalSections sections;
    private final List<LossCounter> losses = new ArrayList<>();
    private boolean hasOutput;
    private boolean hasStacks;
    private int sinkSize;
    private int scratchSize;

    UnitState(TypedUnit unit) {
        this.unit = unit;
        variables = new VariableFacts(unit);
        sections = new GlobalSections(unit);
    }

    VariableFacts variables() {
        return variables;
    }

    GlobalSections sections() {
        return sections;
    }

    GlobalSections.Location locate(GlobalVariable variable) {
        return sections.locate(variable);
    }

    /** Returns the key of a counter. */
    int lossIndex(String program, String subject, LossCounter.Kind kind) {
        for (LossCounter counter : losses) {
            if (counter.program().equals(program) && counter.subject().equals(subject)
                    && counter.kind() == kind) {
                return counter.index();
            }
        }
        losses.add(new LossCounter(losses.size(), program, subject, kind));
        return losses.size() - 1;
    }

    /** Asks for the ring of printf. */
    void needOutput() {
        hasOutput = true;
    }

    /** Returns the map that keeps call stacks: the source's, or else one of ours. */
    String stackMap() {
        return unit.maps().stream().map(MapVariable::spec).filter(map -> map.kind() == MapKind.STACK_TRACE)
                .map(MapSpec::name).findFirst().orElseGet(() -> {
                    hasStacks = true;
                    return STACKS;
                });
    }

    /** Asks for a sink of at least a size. */
    void needSink(int size) {
        sinkSize = Math.max(sinkSize, size);
    }

    /** Asks for scratch room of at least a size. */
    void needScratch(int size) {
        scratchSize = Math.max(scratchSize, size);
    }

    List<LossCounter> losses() {
        return losses;
    }

    List<Global> globals() {
        return sections.globals();
    }

    /** Returns the source's maps and the added ones. */
    List<MapSpec> maps() {
        List<MapSpec> maps = new ArrayList<>();
        unit.maps().forEach(map -> maps.add(map.spec()));
        maps.addAll(sections.maps());
        if (hasOutput) {
            maps.add(new MapSpec(OUTPUT, MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, OUTPUT_BYTES, 0,
                    new MapRole.Output()));
        }
        if (hasStacks) {
            maps.add(new MapSpec(STACKS, MapKind.STACK_TRACE, IntType.U32,
                    new ArrayType(IntType.U64, STACK_DEPTH),
                    STACK_ENTRIES, 0, new MapRole.Plain()));
        }
        if (!losses.isEmpty()) {
            maps.add(new MapSpec(STATISTICS, MapKind.PERCPU_ARRAY, IntType.U32, IntType.U64, losses.size(), 0,
                    new MapRole.Statistics()));
        }
        if (sinkSize > 0) {
            // Programs name its bytes directly, which objects can express for sections of globals only.
            maps.add(new MapSpec(SINK, MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, sinkSize), 1, 0,
                    new MapRole.Globals(MapRole.Globals.Section.ZERO)));
        }
        if (scratchSize > 0) {
            StructType entry = StructType.struct("scratch", List.of(new Member("busy", IntType.U64),
                    new Member("bytes", new ArrayType(IntType.U8, scratchSize))));
            maps.add(new MapSpec(SCRATCH, MapKind.PERCPU_ARRAY, IntType.U32, entry, SCRATCH_ENTRIES, 0,
                    new MapRole.Scratch()));
        }
        return maps;
    }
}
