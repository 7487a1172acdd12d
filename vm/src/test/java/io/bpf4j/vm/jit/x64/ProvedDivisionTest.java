package io.bpf4j.vm.jit.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nobody looks for zero in a divisor that is proved to be something else. */
class ProvedDivisionTest {

    private static final String PROVED = """
                r0 = *(u64 *)(r1 + 0)
                r2 = *(u64 *)(r1 + 8)
                if r2 == 0 goto end
                r0 %s r2
                end:
                r0 = 0
                exit
            """;
    private static final String UNKNOWN = PROVED.replace("if r2 == 0 goto end", "if r2 == 1 goto end");

    private static int bytes(PreparedProgram program) {
        return new X64Compiler(Set.of()).compile(program).code().size();
    }

    /** Returns how many bytes the proof saves. */
    private static int saved(String text, String operator) {
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                Assembler.assemble(text.formatted(operator)).instructions(), List.of(), List.of(), List.of());
        VerifiedProgram verified = assertInstanceOf(VerifiedProgram.class,
                Verifier.verify(program, VerifierInput.of(ProgramType.KPROBE, List.of(), "GPL")));
        SampleMachine sample = new SampleMachine();
        return bytes(Unproved.program(program, sample.machine(), Checking.NONE))
                - bytes(PreparedProgram.proved(verified, sample.machine()));
    }

    /** {@code test r, r}: 3 bytes; {@code je}, {@code jmp}: 2 each; what a division by zero gives: 2. */
    @Test
    void theTestOfAProvedDivisorIsLeftOut() {
        assertEquals(3 + 2 + 2 + 2, saved(PROVED, "/="));
        assertEquals(3 + 2 + 2, saved(PROVED, "%="));
        assertEquals(3 + 2 + 2 + 2, saved(PROVED, "s/="));
    }

    @Test
    void theTestOfAnotherDivisorStays() {
        assertEquals(0, saved(UNKNOWN, "/="));
        assertEquals(0, saved(UNKNOWN, "s%="));
    }
}
