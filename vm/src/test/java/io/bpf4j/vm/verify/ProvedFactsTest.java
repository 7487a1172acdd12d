package io.bpf4j.vm.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.verify.MemoryFact.Region;
import io.bpf4j.vm.verify.VerifierInput.Policy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is handed on of accesses, and the policy that asks for aligned ones. */
class ProvedFactsTest {

    private static final MapSpec MAP = new MapSpec("m", MapKind.ARRAY, IntType.U32,
            new ArrayType(IntType.U8, 64), 1, 0,
            new MapRole.Plain());
    private static final Policy STRICT = new Policy(true, true, false, Policy.MAX_PROCESSORS);

    private static Verdict verify(String text, Policy policy) {
        Assembly assembly = Assembler.assemble(text);
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of());
        return Verifier.verify(program,
                VerifierInput.of(ProgramType.KPROBE, List.of(MAP), "GPL").withPolicy(policy));
    }

    private static VerifiedProgram accepted(String text, Policy policy) {
        return assertInstanceOf(VerifiedProgram.class, verify(text, policy));
    }

    @Test
    void eachAccessHasItsRegion() {
        VerifiedProgram verified = accepted("""
                r2 = *(u64 *)(r1 + 8)
                *(u64 *)(r10 - 8) = r2
                r3 = map[m][0] ll
                r4 = *(u32 *)(r3 + 2)
                r0 = 0
                exit
                """, Policy.PRIVILEGED);
        assertEquals(Optional.of(new MemoryFact(Region.CONTEXT, true)), verified.access(0));
        assertEquals(Optional.of(new MemoryFact(Region.STACK, true)), verified.access(1));
        assertEquals(Optional.empty(), verified.access(2));
        assertEquals(Optional.of(new MemoryFact(Region.MAP_VALUE, false)), verified.access(4));
    }

    @Test
    void anAddressThatDependsOnThePathHasNoOneRegion() {
        VerifiedProgram verified = accepted("""
                r2 = *(u64 *)(r1 + 8)
                *(u64 *)(r10 - 8) = r2
                r3 = r10
                r3 += -8
                if r2 == 0 goto read
                r3 = map[m][0] ll
                read:
                r4 = *(u64 *)(r3 + 0)
                r0 = 0
                exit
                """, Policy.PRIVILEGED);
        assertEquals(Optional.of(new MemoryFact(Region.SEVERAL, true)), verified.access(7));
    }

    private static String indexed(int mask, int scale) {
        return """
                r2 = *(u64 *)(r1 + 8)
                r2 &= %d
                r2 <<= %d
                r3 = map[m][0] ll
                r3 += r2
                r4 = *(u64 *)(r3 + 0)
                r0 = 0
                exit
                """.formatted(mask, scale);
    }

    @Test
    void aScaledIndexIsAlignedAndAnyIndexIsNot() {
        assertEquals(Optional.of(new MemoryFact(Region.MAP_VALUE, true)),
                accepted(indexed(7, 3), STRICT).access(6));
        assertEquals(Optional.of(new MemoryFact(Region.MAP_VALUE, false)),
                accepted(indexed(31, 0), Policy.PRIVILEGED).access(6));
    }

    @Test
    void strictAlignmentRefusesWhatX86Allows() {
        Rejection rejection = assertInstanceOf(Rejection.class, verify(indexed(31, 0), STRICT));
        assertEquals(RejectionKind.MISALIGNED, rejection.kind());
        assertEquals(6, rejection.slot());
        assertEquals("accesses 8 bytes of a value of map m at offset 0 + 0..31, which is not a multiple of 8",
                rejection.reason());
        rejection = assertInstanceOf(Rejection.class,
                verify("r3 = map[m][0] ll\nr4 = *(u32 *)(r3 + 2)\nr0 = 0\nexit", STRICT));
        assertEquals("accesses 4 bytes of a value of map m at offset 2, which is not a multiple of 4",
                rejection.reason());
    }

    @Test
    void strictAlignmentAllowsBytesAnywhere() {
        accepted("r3 = map[m][0] ll\nr4 = *(u8 *)(r3 + 3)\nr0 = 0\nexit", STRICT);
    }
}
