package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.EngineException;
import io.bpf4j.vm.engine.Environment;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.jit.x64.runtime.TargetCode;
import io.bpf4j.vm.jit.x64.runtime.TargetRuntime;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.map.layout.ArenaDescriptor;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The engine that runs programs as they run in traced processes, in this one: helpers and maps are machine code, and
 * nothing asks Java. Programs are not checked, so only verified ones are taken. Machines need a {@link NativeBlock}
 * with one arena of maps. {@link #close} frees all.
 */
public final class SelfContainedEngine implements Engine, AutoCloseable {

    /** How long the clock is measured, in nanoseconds. */
    private static final long MEASURED = 10_000_000;
    private static final List<Gpr> PRESERVED = List.of(Gpr.RBP, Gpr.RBX, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15);
    /** Where the way in finds the program to call and its first argument, in a block's part for trampolines. */
    static final int PROGRAM = ThreadBlock.TRAMPOLINE.offset();
    static final int CONTEXT = PROGRAM + Long.BYTES;
    static final int SECOND = CONTEXT + Long.BYTES;
    /** How often it calls the program. */
    static final int COUNT = SECOND + Long.BYTES;

    private final Kernel kernel;
    private final Set<CpuFeature> features;
    private final UserReads reads;
    private final Optional<String> printRing;
    private final NativeBlock process;
    private final Map<Execution, NativeBlock> blocks = new HashMap<>();
    private final List<NativeCode> codes = new ArrayList<>();

    /**
     * Makes the engine.
     *
     * @param printRing the ring that takes what programs print, if any
     */
    public SelfContainedEngine(Kernel kernel, Set<CpuFeature> features, Optional<String> printRing) {
        this(kernel, features, UserReads.SYSTEM_CALL, printRing);
    }

    /**
     * Makes the engine.
     *
     * @param reads by fault table only for programs that read what is there: the JVM has the signals
     * @param printRing the ring that takes what programs print, if any
     */
    public SelfContainedEngine(Kernel kernel, Set<CpuFeature> features, UserReads reads,
            Optional<String> printRing) {
        this.reads = reads;
        this.kernel = kernel;
        this.features = Set.copyOf(features);
        this.printRing = printRing;
        this.process = new NativeBlock(kernel, ProcessBlock.BYTES);
        try (TimeStampClock clock = new TimeStampClock(kernel, MEASURED)) {
            clock.publish(process.memory(), process.memory().base());
        }
    }

    @Override
    public String name() {
        return "self-contained";
    }

    /** Returns what code for a machine's maps is made for. */
    RuntimeSettings settings(Machine machine) {
        List<MapPlan> plans = new ArrayList<>();
        Memory memory = machine.memory();
        long arena = memory.base();
        for (BpfMap map : machine.maps().all()) {
            if (!(map instanceof ArenaMap inArena)) {
                throw new EngineException("map " + map.spec().name() + " is in no arena");
            }
            if (plans.isEmpty()) {
                arena = map.handle() - ArenaDescriptor.descriptor(0);
            }
            plans.add(inArena.plan());
        }
        return new RuntimeSettings(arena, memory.base() + memory.size() - arena, plans,
                process.memory().base(), reads, true,
                features,
                printRing);
    }

    @Override
    public SelfContainedProgram prepare(PreparedProgram program) {
        return prepare(List.of(program)).getFirst();
    }

    /**
     * Makes programs of one machine ready that may go on as each other: program arrays have their number in the list
     * plus one.
     */
    public List<SelfContainedProgram> prepare(List<PreparedProgram> programs) {
        RuntimeSettings settings = settings(programs.getFirst().machine());
        TargetRuntime runtime = new TargetRuntime(settings);
        List<Label> entries = programs.stream().map(runtime::add).toList();
        Label enter = wayIn(runtime.code());
        TargetCode done = runtime.finish();
        NativeCode code = new NativeCode(kernel, done.code().size());
        synchronized (codes) {
            codes.add(code);
        }
        code.seal(done.code().link(code.address(), symbol -> {
            throw new EngineException(symbol.name() + " does not exist in traced processes");
        }));
        return entries.stream().map(entry -> new SelfContainedProgram(this, settings,
                code.address() + done.offsetOf(enter), code.address() + done.offsetOf(entry))).toList();
    }

    /** Writes a function {@code long enter(ThreadBlock *)} that calls the program that the block names. */
    static Label wayIn(X64Assembler code) {
        Label enter = code.here();
        PRESERVED.forEach(code::push);
        code.mov(OperandSize.QWORD, Gpr.R12, Gpr.RDI);
        code.lea(OperandSize.QWORD, Gpr.RBP, ThreadBlock.FRAME_TOP.operand());
        Label again = code.here();
        code.mov(OperandSize.DWORD, ThreadBlock.TAIL_CALLS.operand(), 0);
        code.mov(OperandSize.QWORD, Gpr.RDI, ThreadBlock.KEY.operand().plus(CONTEXT));
        code.mov(OperandSize.QWORD, Gpr.RSI, ThreadBlock.KEY.operand().plus(SECOND));
        code.call(ThreadBlock.KEY.operand().plus(PROGRAM));
        code.unary(Unary.DEC, OperandSize.QWORD, ThreadBlock.KEY.operand().plus(COUNT));
        code.jcc(ConditionCode.NE, again);
        PRESERVED.reversed().forEach(code::pop);
        code.plain(Plain.RET);
        return enter;
    }

    /** Returns the block of an execution, made at its first run. */
    Memory block(Execution execution, RuntimeSettings settings) {
        synchronized (blocks) {
            NativeBlock block = blocks.get(execution);
            if (block == null) {
                block = new NativeBlock(kernel, settings.threadBlockBytes());
                blocks.put(execution, block);
                describe(block.memory(), execution);
            }
            return block.memory();
        }
    }

    private static void describe(Memory block, Execution execution) {
        Environment environment = execution.environment();
        long base = block.base();
        block.putInt(base + ThreadBlock.SHARD.offset(), execution.shard());
        block.putLong(base + ThreadBlock.RANDOM.offset(), System.nanoTime());
        block.putInt(base + ThreadBlock.OWN_PID.offset(), (int) ProcessHandle.current().pid());
        if (environment != null) {
            block.putLong(base + ThreadBlock.PID_TGID.offset(), environment.pidTgid());
            block.putLong(base + ThreadBlock.FUNCTION.offset(), environment.functionAddress());
            block.putLong(base + ThreadBlock.COOKIE.offset(), environment.attachCookie());
        }
    }

    @Override
    public void close() {
        synchronized (codes) {
            codes.forEach(NativeCode::close);
            codes.clear();
        }
        synchronized (blocks) {
            blocks.values().forEach(NativeBlock::close);
            blocks.clear();
        }
        process.close();
    }
}
