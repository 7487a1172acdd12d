package io.bpf4j.vm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What runs without checks is what was verified, on the maps that it was verified with. */
class PreparedProgramTest {

    private static final long BASE = 0x1_1000_0000L;

    private static MapSpec map(int entries) {
        return new MapSpec("counts", MapKind.ARRAY, IntType.U32, IntType.U64, entries, 0,
                new MapRole.Plain());
    }

    private static Machine machine(MapSpec map) {
        int bytes = (int) MapArena.bytes(List.of(map), 1);
        Memory memory = Memory.allocate(bytes + Execution.bytes(0), BASE);
        return new Machine(memory, MapArena.create(memory, BASE, List.of(map), 1).table(),
                StandardHelpers.table());
    }

    private static VerifiedProgram verified(MapSpec map) {
        Assembly assembly = Assembler.assemble("""
                    r1 = map[counts][0] ll
                    r0 = *(u64 *)(r1 + 0)
                    exit
                """);
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of());
        return assertInstanceOf(VerifiedProgram.class,
                Verifier.verify(program, VerifierInput.of(ProgramType.KPROBE, List.of(map), "GPL")));
    }

    @Test
    void whatTheVerifierAcceptedRunsWithoutChecks() {
        PreparedProgram prepared = PreparedProgram.proved(verified(map(1)), machine(map(1)));
        assertEquals(Checking.NONE, prepared.checking());
        Execution execution = new Execution(prepared.machine(), null,
                BASE + (int) MapArena.bytes(List.of(map(1)), 1), 0, 0);
        assertEquals(0, new Interpreter().prepare(prepared).run(execution, 0, 0));
    }

    @Test
    void whatNobodyProvedIsChecked() {
        PreparedProgram prepared = PreparedProgram.checked(verified(map(1)).program(), machine(map(1)));
        assertEquals(Checking.FULL, prepared.checking());
    }

    @Test
    void aProofDoesNotHoldForAnotherMap() {
        MapSpec narrow = new MapSpec("counts", MapKind.ARRAY, IntType.U32, IntType.U32, 1, 0,
                new MapRole.Plain());
        VerifiedProgram proof = verified(map(1));
        Machine other = machine(narrow);
        EngineException problem = assertThrows(EngineException.class,
                () -> new Interpreter().prepare(proof, other));
        assertEquals("program test was verified with another map counts than the machine has",
                problem.getMessage());
    }
}
