package io.bpf4j.vm.engine;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import java.util.List;

/** A machine without maps and helpers, for tests of bare instructions; or with some maps, and all helpers. */
public final class SampleMachine {

    private static final long BASE = 0x1_1000_0000L;
    private static final int CONTEXT_BYTES = 1 << 16;
    /** What the machine needs. */
    public static final int BYTES = Execution.bytes(CONTEXT_BYTES);

    /** Maps begin at a page. */
    private static final int ARENA = (BYTES + 0xfff) & -0x1000;

    private final Machine machine;
    private final Execution execution;
    private final List<ArenaMap> maps;

    /** Makes the machine with one execution. */
    public SampleMachine() {
        this(Memory.allocate(BYTES, BASE));
    }

    /** Makes the machine on a memory of {@link #BYTES}. */
    public SampleMachine(Memory memory) {
        machine = new Machine(memory, new MapTable(List.of()), HelperTable.EMPTY);
        execution = new Execution(machine, null, memory.base(), CONTEXT_BYTES, 0);
        maps = List.of();
    }

    /** Makes the machine with maps on a memory of {@link #bytes}. */
    public SampleMachine(Memory memory, List<MapSpec> specs) {
        MapArena arena = MapArena.create(memory, memory.base() + ARENA, specs, 1);
        machine = new Machine(memory, arena.table(), StandardHelpers.table());
        execution = new Execution(machine, null, memory.base(), CONTEXT_BYTES, 0);
        maps = arena.maps();
    }

    /** Makes the machine with maps. */
    public SampleMachine(List<MapSpec> specs) {
        this(Memory.allocate(bytes(specs), BASE), specs);
    }

    /** Returns what a machine with maps needs. */
    public static int bytes(List<MapSpec> specs) {
        return ARENA + (int) MapArena.bytes(specs, 1);
    }

    /** Returns the maps. */
    public List<ArenaMap> maps() {
        return maps;
    }

    /** Returns the machine. */
    public Machine machine() {
        return machine;
    }

    /** Returns its execution. */
    public Execution execution() {
        return execution;
    }

    /** Makes a program of a text. */
    public static Program program(String text) {
        Assembly assembly = Assembler.assemble(text);
        return program(assembly.instructions(), assembly.references());
    }

    /** Makes a program of instructions. */
    public static Program program(List<Insn> instructions, List<Reference> references) {
        return new Program("test", ProgramType.SYSCALL, new AttachSpec.Manual(), instructions, references,
                List.of(), List.of());
    }

    /** Runs a program on a memory, which R1 points to and R2 has the length of. */
    public long run(Engine engine, Checking checking, String text, byte... memory) {
        Executable executable = engine.prepare(Unproved.program(program(text), machine, checking));
        long address = execution.setContext("the memory", memory, true);
        return executable.run(execution, address, memory.length);
    }
}
