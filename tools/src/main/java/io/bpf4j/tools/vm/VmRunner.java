package io.bpf4j.tools.vm;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.inprocess.NativeEngine;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.testrun.Outcome;
import io.bpf4j.loader.testrun.TestProgram;
import io.bpf4j.loader.testrun.TestRunner;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.EngineException;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs programs one after the other, each in the engine that it asks for and on a memory of its own. What an engine
 * needs is made when it is first asked for, and freed by {@link #close}.
 */
final class VmRunner implements AutoCloseable {

    /** The most that a program's memory may have. */
    static final int MOST_MEMORY = 16 << 20;
    private static final long BASE = 0x1_0000_0000L;

    private final long budget;
    private final Consumer<String> warnings;
    private final SystemEnvironment world;
    private JavaPlace java;
    private NativePlace machineCode;
    private TestRunner kernelRunner;

    VmRunner(long budget, Consumer<String> warnings) {
        this.budget = budget;
        this.warnings = warnings;
        this.world = new SystemEnvironment(
                text -> warnings.accept(new String(text, StandardCharsets.UTF_8).strip()));
    }

    /** A machine, and one execution on it with room for a memory of some size. */
    private record JavaPlace(Machine machine, Execution execution, int room) {}

    /** The same at true addresses, with the engine whose code runs there. */
    private record NativePlace(NativeBlock block, NativeEngine engine, JavaPlace place) {}

    /**
     * Runs a program.
     *
     * @return R0
     * @throws UserError if the program cannot be run, or does what it must not
     */
    long run(EngineName name, byte[] code, byte[] memory) {
        if (memory.length > MOST_MEMORY) {
            throw failed(
                    "a memory of " + memory.length + " bytes is too large, " + MOST_MEMORY + " are possible");
        }
        try {
            List<Insn> instructions = InsnCodec.decode(code);
            return switch (name) {
                case INTERPRETER -> run(new Interpreter(), java(memory.length), instructions, memory);
                case JVM -> run(new JvmCompiler(warnings), java(memory.length), instructions, memory);
                case NATIVE -> runNative(instructions, memory);
                case KERNEL -> runInKernel(instructions, memory);
            };
        } catch (MalformedProgramException | EngineException | TrapException e) {
            throw failed(e.getMessage());
        }
    }

    private long run(Engine engine, JavaPlace place, List<Insn> instructions, byte[] memory) {
        return run(engine.prepare(program(instructions), place.machine()), place, memory);
    }

    private long runNative(List<Insn> instructions, byte[] memory) {
        NativePlace place = nativePlace(memory.length);
        try (var ready = place.engine()
                .prepare(PreparedProgram.checked(program(instructions), place.place().machine()))) {
            return run(ready, place.place(), memory);
        }
    }

    private static long run(Executable ready, JavaPlace place, byte[] memory) {
        long address = place.execution().setContext("the memory", memory, true);
        return ready.run(place.execution(), memory.length == 0 ? 0 : address, memory.length);
    }

    private static Program program(List<Insn> instructions) {
        return new Program("vm", ProgramType.SYSCALL, new AttachSpec.Manual(), instructions, List.of(),
                List.of(),
                List.of());
    }

    private long runInKernel(List<Insn> instructions, byte[] memory) {
        if (kernelRunner == null) {
            kernelRunner = new TestRunner(LinuxKernel.instance());
        }
        return switch (kernelRunner.run(new TestProgram(instructions), memory)) {
            case Outcome.Finished finished -> finished.r0();
            case Outcome.Refused refused -> throw failed("the kernel refuses it: " + refused.reason());
        };
    }

    private JavaPlace java(int bytes) {
        if (java == null || java.room() < bytes) {
            int room = roomFor(bytes);
            java = place(Memory.allocate(Execution.bytes(room), BASE), room);
        }
        return java;
    }

    private NativePlace nativePlace(int bytes) {
        if (machineCode == null || machineCode.place().room() < bytes) {
            closeNative();
            int room = roomFor(bytes);
            Kernel kernel = LinuxKernel.instance();
            NativeBlock block = new NativeBlock(kernel, Execution.bytes(room));
            machineCode = new NativePlace(block, new NativeEngine(kernel, HostProcessor.features()),
                    place(block.memory(), room));
        }
        return machineCode;
    }

    private JavaPlace place(Memory memory, int room) {
        Machine machine = new Machine(memory, new MapTable(List.of()), StandardHelpers.table());
        Execution execution = new Execution(machine, world, memory.base(), room, 0);
        execution.setBudget(budget);
        return new JavaPlace(machine, execution, room);
    }

    private static int roomFor(int bytes) {
        return Math.max(1 << 16, Integer.highestOneBit(Math.max(bytes, 1)) << 1);
    }

    private static UserError failed(String message) {
        return new UserError(ExitCode.FAILED, message);
    }

    private void closeNative() {
        if (machineCode != null) {
            machineCode.engine().close();
            machineCode.block().close();
            machineCode = null;
        }
    }

    @Override
    public void close() {
        closeNative();
        if (kernelRunner != null) {
            kernelRunner.close();
            kernelRunner = null;
        }
    }
}
