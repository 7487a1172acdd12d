package io.bpf4j.vm.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.conformance.ConformanceCase.Failure;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.EngineException;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The corpus holds on the engines in Java. */
class EngineConformanceTest {

    private static final List<Engine> ENGINES = List.of(new Interpreter(), new JvmCompiler(Assertions::fail),
            new JvmCompiler(Assertions::fail).withoutSegments());
    private static final long BUDGET = 1_000_000;

    static List<ConformanceCase> cases() {
        return ConformanceCorpus.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void enginesDoWhatTheFileSays(ConformanceCase test) {
        for (Engine engine : ENGINES) {
            switch (test.expected()) {
                case Expectation.Returns returns -> {
                    for (Checking checking : Checking.values()) {
                        checkResult(test, returns, engine, checking);
                    }
                }
                // Nothing but checks makes these end.
                case Expectation.Fails fails -> checkFailure(test, fails, engine);
            }
        }
    }

    private static void checkResult(ConformanceCase test, Expectation.Returns expected, Engine engine,
            Checking checking) {
        SampleMachine sample = new SampleMachine();
        String name = engine.name() + ", " + checking;
        assertEquals(Long.toHexString(expected.r0()), Long.toHexString(run(test, sample, engine, checking)),
                name);
        assertArrayEquals(expected.memory(), sample.execution().context(), name);
    }

    private static void checkFailure(ConformanceCase test, Expectation.Fails expected, Engine engine) {
        RuntimeException failure = assertThrows(RuntimeException.class,
                () -> run(test, new SampleMachine(), engine, Checking.FULL), engine.name());
        switch (expected.failure()) {
            case MALFORMED, INVALID -> assertInstanceOf(MalformedProgramException.class, failure);
            case UNKNOWN_HELPER -> assertTrue(failure instanceof EngineException
                    || failure instanceof TrapException, failure::toString);
            case OUT_OF_BOUNDS -> checkTrap(failure, TrapException.Kind.OUT_OF_BOUNDS);
            case ENDLESS -> checkTrap(failure, TrapException.Kind.BUDGET);
            default -> checkTrap(failure, TrapException.Kind.CALL_DEPTH);
        }
        if (expected.failure() == Failure.MALFORMED) {
            assertTrue(failure.getMessage().contains(expected.message()), failure.getMessage());
        }
    }

    private static void checkTrap(RuntimeException failure, TrapException.Kind kind) {
        assertEquals(kind, assertInstanceOf(TrapException.class, failure).kind());
    }

    private static long run(ConformanceCase test, SampleMachine sample, Engine engine, Checking checking) {
        Executable program = engine.prepare(Unproved.program(
                SampleMachine.program(InsnCodec.decode(test.bytes()), List.of()), sample.machine(),
                checking));
        sample.execution().setBudget(BUDGET);
        long address = sample.execution().setContext("the memory", test.memory(), true);
        return program.run(sample.execution(), test.memory().length == 0 ? 0 : address,
                test.memory().length);
    }
}
