package io.bpf4j.compiler.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.vm.isa.IsaVersion;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.text.Disassembler;
import io.bpf4j.vm.text.Disassembler.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytecode of usual probes, as reviewed; {@code -Dapprove} writes it anew. */
class TypicalProbesTest {

    private static final Map<String, Supplier<IrUnit>> PROBES = new TreeMap<>(Map.of("count",
            TypicalProbes::count,
            "latency", TypicalProbes::latency, "event", TypicalProbes::event, "loop", TypicalProbes::loop));

    @ParameterizedTest
    @ValueSource(strings = {"count", "latency", "event", "loop"})
    void theBytecodeIsAsReviewed(String name) throws IOException {
        ProgramUnit unit = CodeGenerator.generate(PROBES.get(name).get(), CodegenOptions.DEFAULT);
        String listing = new Disassembler(new Options(true, true, false, true))
                .disassemble(unit.programs().getFirst());
        Path golden = Path.of("src/test/resources/io/bpf4j/compiler/codegen", name + ".golden");
        if (System.getProperty("approve") != null) {
            Files.writeString(golden, listing);
        }
        assertEquals(Files.readString(golden, StandardCharsets.UTF_8), listing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"count", "latency", "event", "loop"})
    void theKernelAcceptsIt(String name) throws IOException {
        try (KernelOracle kernel = KernelOracle.open()) {
            for (IsaVersion version : new IsaVersion[]{IsaVersion.V3, IsaVersion.V4}) {
                for (boolean optimise : new boolean[]{false, true}) {
                    ProgramUnit unit = CodeGenerator.generate(PROBES.get(name).get(),
                            new CodegenOptions(version, optimise));
                    KernelOracle.Answer answer = kernel.ask(unit.programs().getFirst(), unit.maps(),
                            new byte[0]);
                    assertTrue(answer.accepted(), () -> version + " " + optimise + " " + answer.refusal());
                }
            }
        }
    }
}
