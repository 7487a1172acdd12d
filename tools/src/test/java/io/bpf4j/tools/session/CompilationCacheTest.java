package io.bpf4j.tools.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.object.ObjectWriter;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompilationCacheTest {
    private static final String SOURCE = """
            struct seen { u32 pid; char comm[16]; };
            map hash<seen, u64> counts(64);
            map ringbuf<seen> events(4096);
            const u32 target = 7;
            probe begin {
                seen s = { .pid = pid(), .comm = comm() };
                if (s.pid != target) counts[s]++;
                events.output(s);
                printf("%d %s\\n", s.pid, s.comm);
            }
            """;

    private static ProgramUnit compile(SourceFile source) {
        return ProbeCompiler.compile(source, CompileOptions.PORTABLE).unit();
    }

    @Test
    void whatComesBackIsWhatWasKept() {
        byte[] kept = ObjectWriter.write(compile(new SourceFile("a.probe", SOURCE)));
        assertArrayEquals(kept, ObjectWriter.write(ObjectReader.read(kept)));
    }

    @Test
    void theProbesOfTheToolsComeBackToo() throws IOException {
        for (String name : new String[]{"sslsniff/jsslsniff.probe", "syscount/jsyscount.probe"}) {
            try (var stream = Machine.class.getResourceAsStream("/io/bpf4j/tools/" + name)) {
                String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                byte[] kept = ObjectWriter.write(compile(new SourceFile(name, text)));
                assertArrayEquals(kept, ObjectWriter.write(ObjectReader.read(kept)));
            }
        }
    }

    @Test
    void anotherFlavourOrTextIsNotFound(@TempDir Path folder) {
        CompilationCache cache = new CompilationCache(folder, "compiler 1");
        SourceFile source = new SourceFile("a.probe", SOURCE);
        ProgramUnit unit = compile(source);
        cache.keep(source, CompileOptions.PORTABLE, "one", unit);
        assertEquals(unit.programs().size(),
                cache.find(source, CompileOptions.PORTABLE, "one").orElseThrow().programs().size());
        assertTrue(cache.find(source, CompileOptions.PORTABLE, "two").isEmpty());
        assertTrue(cache.find(source, CompileOptions.PORTABLE.withOptimisation(false), "one").isEmpty());
        assertTrue(cache.find(new SourceFile("a.probe", SOURCE + " "), CompileOptions.PORTABLE, "one")
                .isEmpty());
        assertTrue(new CompilationCache(folder, "compiler 2").find(source, CompileOptions.PORTABLE, "one")
                .isEmpty());
    }

    @Test
    void aDamagedFileIsPassedOver(@TempDir Path folder) throws IOException {
        CompilationCache cache = new CompilationCache(folder, "compiler 1");
        SourceFile source = new SourceFile("a.probe", SOURCE);
        cache.keep(source, CompileOptions.PORTABLE, "one", compile(source));
        try (var files = Files.list(folder)) {
            Files.write(files.findFirst().orElseThrow(), new byte[]{1, 2, 3});
        }
        assertTrue(cache.find(source, CompileOptions.PORTABLE, "one").isEmpty());
    }
}
