package io.bpf4j.loader.testrun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.loader.testrun.Outcome.Finished;
import io.bpf4j.loader.testrun.Outcome.Refused;
import io.bpf4j.vm.conformance.ConformanceCase;
import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.conformance.ConformanceCase.Failure;
import io.bpf4j.vm.conformance.ConformanceCorpus;
import io.bpf4j.vm.isa.InsnCodec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The corpus holds on the running kernel: what it takes gives the result and the memory that the file says, and what it
 * does not take is declared, with the reason.
 */
class KernelConformanceTest {
    private static TestRunner runner;

    @BeforeAll
    static void needsRootAndTheWholeInstructionSet() {
        Kernel kernel = Privileges.rootKernel();
        KernelFeatures features = new KernelFeatures(kernel);
        assumeTrue(features.has(Feature.ISA_V4), features.support(Feature.ISA_V4).explanation());
        runner = new TestRunner(kernel);
    }

    @AfterAll
    static void close() {
        if (runner != null) {
            runner.close();
        }
    }

    static List<ConformanceCase> cases() {
        return ConformanceCorpus.all();
    }

    private static boolean isMalformed(ConformanceCase test) {
        return test.expected() instanceof Expectation.Fails fails && fails.failure() == Failure.MALFORMED;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theKernelAgrees(ConformanceCase test) {
        if (isMalformed(test)) {
            assumeTrue(test.bytes().length % Long.BYTES == 0, "there is no way to offer half an instruction");
            checkRefusal(test, runner.verify(test.bytes()));
            return;
        }
        Outcome outcome = runner.run(new TestProgram(InsnCodec.decode(test.bytes())), test.memory());
        checkRefusal(test, outcome instanceof Refused refused ? Optional.of(refused) : Optional.empty());
        if (outcome instanceof Finished finished) {
            Expectation.Returns expected = assertInstanceOf(Expectation.Returns.class, test.expected(),
                    "the kernel runs it");
            assertEquals(Long.toHexString(expected.r0()), Long.toHexString(finished.r0()), "r0");
            assertArrayEquals(expected.memory(), finished.memory(), "memory");
        }
    }

    private static void checkRefusal(ConformanceCase test, Optional<Refused> refused) {
        if (test.kernelRefusal().isEmpty()) {
            assertTrue(refused.isEmpty(),
                    () -> "refusal that the file does not declare: " + refused.get().reason());
        } else {
            assertTrue(refused.isPresent(), "declared to be refused, but the kernel takes it");
            assertTrue(refused.get().reason().contains(test.kernelRefusal().get()), refused.get().reason());
        }
    }
}
