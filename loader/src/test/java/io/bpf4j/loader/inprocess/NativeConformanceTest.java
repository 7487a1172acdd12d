package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.conformance.ConformanceCase;
import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.conformance.ConformanceCase.Failure;
import io.bpf4j.vm.conformance.ConformanceCorpus;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.EngineException;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Machine code does what the conformance corpus says, checked and unchecked. */
class NativeConformanceTest {

    private static final int CONTEXT = 1 << 16;

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final NativeBlock block = new NativeBlock(kernel, Execution.bytes(CONTEXT));
    private final Machine machine = new Machine(block.memory(), new MapTable(List.of()), HelperTable.EMPTY);
    private final Execution execution = new Execution(machine, null, block.memory().base(), CONTEXT, 0);
    private final NativeEngine engine = new NativeEngine(kernel, Set.of(CpuFeature.BMI2));

    @AfterEach
    void close() {
        engine.close();
        block.close();
    }

    @TestFactory
    List<DynamicTest> corpus() {
        List<DynamicTest> tests = new ArrayList<>();
        for (ConformanceCase one : ConformanceCorpus.all()) {
            tests.add(DynamicTest.dynamicTest(one.name(), () -> check(one)));
        }
        return tests;
    }

    private long run(ConformanceCase one, Checking checking) {
        Program program = new Program("test", ProgramType.SYSCALL, new AttachSpec.Manual(),
                InsnCodec.decode(one.bytes()), List.of(), List.of(), List.of());
        try (NativeProgram ready = engine.prepare(Unproved.program(program, machine, checking))) {
            long address = execution.setContext("the memory", one.memory(), true);
            return ready.run(execution, one.memory().length == 0 ? 0 : address, one.memory().length);
        }
    }

    private void check(ConformanceCase one) {
        switch (one.expected()) {
            case Expectation.Returns(long r0, byte[] memory) -> {
                for (Checking checking : Checking.values()) {
                    assertEquals(Long.toHexString(r0), Long.toHexString(run(one, checking)));
                    assertArrayEquals(memory, execution.context());
                }
            }
            case Expectation.Fails(Failure failure, String message) -> {
                RuntimeException problem = assertThrows(RuntimeException.class,
                        () -> run(one, Checking.FULL));
                Class<?> expected = switch (failure) {
                    case MALFORMED, INVALID -> MalformedProgramException.class;
                    case OUT_OF_BOUNDS, ENDLESS, CALL_DEPTH -> TrapException.class;
                    case UNKNOWN_HELPER -> EngineException.class;
                };
                assertEquals(expected, problem.getClass(), problem::getMessage);
            }
        }
    }
}
