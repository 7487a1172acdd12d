package io.bpf4j.loader.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.vm.verify.VerifierCase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of our verifier, given to the kernel's: the verdicts must agree, unless a case explains why not. */
class VerifierAgreementTest {

    private Kernel kernel;

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
    }

    static List<VerifierCase> cases() {
        return VerifierCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theKernelSaysTheSame(VerifierCase one) {
        Optional<String> refusal = KernelVerdict.of(kernel, one.program(), one.maps(), one.license());
        if (one.acceptedByKernel()) {
            assertEquals(Optional.empty(), refusal);
        } else {
            assertTrue(refusal.isPresent(), "the kernel accepts it");
            assertFalse(one.kernelMessage().isEmpty(), refusal::toString);
            assertTrue(refusal.get().contains(one.kernelMessage()), refusal::toString);
        }
    }
}
