package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.EngineException;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnArbitraries;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.MapTable;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever bytes are given to an engine, it answers with a result or with one clear message, as the others do. */
class BytecodeFuzzProperties {

    private static final int MEMORY = 64;

    @Provide
    Arbitrary<List<Insn>> programs() {
        return InsnArbitraries.insns().list().ofMinSize(1).ofMaxSize(12);
    }

    @Property(tries = 1000)
    void bytes(@ForAll @Size(max = 64) byte[] bytes) {
        runEverywhere(bytes);
    }

    @Property(tries = 2000)
    void instructions(@ForAll("programs") List<Insn> body) {
        List<Insn> program = new ArrayList<>(body);
        program.add(new Insn.Exit());
        runEverywhere(InsnCodec.encode(program));
    }

    /** What came of it; the same words from every engine. */
    private static String outcome(Engine engine, Machine machine, Execution execution, byte[] bytes) {
        try {
            var ready = engine.prepare(SampleMachine.program(InsnCodec.decode(bytes), List.of()), machine);
            machine.memory().clear(machine.memory().base(), Execution.bytes(0));
            long address = execution.setContext("the memory", new byte[MEMORY], true);
            return Long.toHexString(ready.run(execution, address, MEMORY));
        } catch (MalformedProgramException | EngineException | TrapException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    private static void runEverywhere(byte[] bytes) {
        LinuxKernel kernel = LinuxKernel.instance();
        try (NativeBlock block = new NativeBlock(kernel, Execution.bytes(MEMORY));
                NativeEngine machineCode = new NativeEngine(kernel, HostProcessor.features());
                SystemEnvironment world = new SystemEnvironment(text -> {})) {
            Machine bare = new Machine(block.memory(), new MapTable(List.of()), HelperTable.EMPTY);
            Machine helped = new Machine(block.memory(), new MapTable(List.of()), StandardHelpers.table());
            for (Machine machine : List.of(bare, helped)) {
                Execution execution = new Execution(machine, world, block.memory().base(), MEMORY, 0);
                execution.setBudget(10_000);
                String expected = outcome(new Interpreter(), machine, execution, bytes);
                // What helpers say of time, randomness and the world differs from run to run.
                for (Engine engine : List.of(new JvmCompiler(warning -> {}), machineCode)) {
                    String actual = outcome(engine, machine, execution, bytes);
                    if (machine == bare) {
                        assertEquals(expected, actual, engine::name);
                    }
                }
            }
        }
    }
}
