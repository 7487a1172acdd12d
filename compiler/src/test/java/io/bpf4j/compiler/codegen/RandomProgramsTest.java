package io.bpf4j.compiler.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.bpf4j.compiler.IrInterpreter;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.vm.isa.IsaVersion;
import io.bpf4j.vm.program.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel computes what the three-address code says, whatever the instruction set and the passes. */
class RandomProgramsTest {

    private static final long FIRST = Long.getLong("random.first", 0);
    private static final int COUNT = Integer.getInteger("random.count",
            Boolean.getBoolean("soak") ? 5000 : 250);
    private static final int SOCKET_BUFFER = 192;

    @ParameterizedTest
    @CsvSource({"V3,false", "V4,false", "V3,true", "V4,true"})
    void theKernelComputesWhatTheInterpreterDoes(IsaVersion version, boolean optimise) throws Exception {
        try (KernelOracle kernel = KernelOracle.open()) {
            for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
                IrProgram source = RandomPrograms.of(seed);
                byte[] context = context(seed);
                long expected = new IrInterpreter(unit(source)).run(context) & 0xffff_ffffL;
                Program program = generate(source, new CodegenOptions(version, optimise));
                KernelOracle.Answer answer = kernel.ask(program, List.of(), context);
                if (!answer.accepted()) {
                    fail("seed " + seed + " is rejected: " + answer.refusal());
                }
                assertEquals(expected, answer.result(), "seed " + seed);
            }
        }
    }

    static Program generate(IrProgram source, CodegenOptions options) {
        return CodeGenerator.generate(unit(source), options).programs().getFirst();
    }

    private static IrUnit unit(IrProgram source) {
        return new IrUnit("random", "GPL", List.of(source), List.of(), List.of(), List.of(), List.of(),
                List.of());
    }

    private static byte[] context(long seed) {
        Random random = new Random(~seed);
        ByteBuffer bytes = ByteBuffer.allocate(SOCKET_BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        for (int word = 0; word < RandomPrograms.INPUT_WORDS; word++) {
            bytes.putInt(RandomPrograms.INPUT_OFFSET + 4 * word, random.nextInt() >> random.nextInt(32));
        }
        return bytes.array();
    }
}
