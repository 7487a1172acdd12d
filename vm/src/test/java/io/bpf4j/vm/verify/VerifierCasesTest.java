package io.bpf4j.vm.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case's verdict and reason. The kernel is asked for the same in the loader's tests. */
class VerifierCasesTest {

    static List<VerifierCase> cases() {
        return VerifierCase.all();
    }

    @Test
    void thereAreHundredsOfCases() {
        assertTrue(cases().size() >= 250, () -> "only " + cases().size());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theVerdictAndTheReasonAreAsWritten(VerifierCase one) {
        Verdict verdict = Verifier.verify(one.program(), one.input());
        if (one.accepted()) {
            assertInstanceOf(VerifiedProgram.class, verdict, verdict::toString);
        } else {
            Rejection rejection = assertInstanceOf(Rejection.class, verdict, "accepted");
            assertTrue(rejection.reason().contains(one.message()), () -> rejection.explanation().text());
            assertEquals(one.kind(), rejection.kind().name());
        }
    }
}
