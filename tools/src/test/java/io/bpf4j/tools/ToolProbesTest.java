package io.bpf4j.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.compiler.Compilation;
import io.bpf4j.tools.session.ToolProbe;
import io.bpf4j.vm.object.ObjectWriter;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ToolProbesTest {

    @TestFactory
    List<DynamicTest> theShippedObjectIsWhatTheCompilerMakesOfTheShippedSource() {
        return ToolProbes.ALL.stream().map(probe -> DynamicTest.dynamicTest(probe.name(), () -> check(probe)))
                .toList();
    }

    private static void check(ToolProbe probe) {
        Compilation compilation = probe.compile();
        assertEquals(List.of(), compilation.warnings());
        assertArrayEquals(ObjectWriter.write(compilation.unit()), ObjectWriter.write(probe.unit()));
    }
}
