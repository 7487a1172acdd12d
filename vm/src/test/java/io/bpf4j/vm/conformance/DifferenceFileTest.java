package io.bpf4j.vm.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.differential.CaseFile;
import io.bpf4j.vm.differential.GeneratedProgram;
import io.bpf4j.vm.differential.ProgramGenerator;
import io.bpf4j.vm.differential.RunResult;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.isa.InsnCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What is saved of a difference is a case of the corpus. */
class DifferenceFileTest {

    @Test
    void aSavedDifferenceIsACase() throws IOException {
        GeneratedProgram program = ProgramGenerator.generate(4711);
        RunResult result = RunResult.of(new SampleMachine(), new Interpreter(), Checking.FULL,
                program.instructions(),
                program.memory());
        Path file = CaseFile.save("seed 4711 as a test", program.instructions(), program.memory(), result);
        ConformanceCase read = new CaseReader(file.toString(), Files.readString(file)).read();
        Files.delete(file);
        assertArrayEquals(InsnCodec.encode(program.instructions()), read.bytes());
        assertArrayEquals(program.memory(), read.memory());
        var expected = (Expectation.Returns) read.expected();
        RunResult.Returned returned = (RunResult.Returned) result;
        assertEquals(returned.r0(), expected.r0());
        assertEquals(returned.memory(), HexFormat.of().formatHex(expected.memory()));
    }
}
