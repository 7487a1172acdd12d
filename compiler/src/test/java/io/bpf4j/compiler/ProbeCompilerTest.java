package io.bpf4j.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The compiler as a whole. */
class ProbeCompilerTest {
    private static ProgramUnit compile(String text) {
        return ProbeCompiler.compile(new SourceFile("test.probe", text), CompileOptions.PORTABLE).unit();
    }

    @Test
    void equalSourcesGiveEqualBytes() {
        String source = """
                map hash<u32, u64> counts(16);
                probe tracepoint:raw_syscalls:sys_enter { counts[pid()] += args->id; }
                """;
        Program first = compile(source).programs().getFirst();
        Program second = compile(source).programs().getFirst();
        assertArrayEquals(InsnCodec.encode(first.instructions()), InsnCodec.encode(second.instructions()));
        assertEquals(first.references(), second.references());
        assertEquals(first.lines(), second.lines());
    }

    @Test
    void textKeepsTheBytesOfTheSource() {
        Program program = compile("""
                map array<char[8]> texts(1);
                probe begin { char text[8] = "äé"; texts[0] = text; }
                """).programs().getFirst();
        byte[] expected = Arrays.copyOf("äé".getBytes(StandardCharsets.UTF_8), 8);
        long word = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertTrue(program.instructions().stream().anyMatch(insn -> switch (insn) {
            case Insn.Store store -> store.value() instanceof Operand.Immediate immediate
                    && immediate.value() == (int) word;
            case Insn.LoadImmediate64 load -> load.value() == word;
            case Insn.Alu move ->
                move.src() instanceof Operand.Immediate immediate && immediate.value() == word;
            default -> false;
        }), program.instructions().toString());
    }

    @Test
    void everyMistakeIsInTheException() {
        var mistakes = assertThrows(CompileException.class, () -> compile("""
                probe begin { u32 x = unknown_name; y = 1; }
                """));
        assertEquals(2, mistakes.diagnostics().stream().filter(d -> d.summary().contains("error")).count());
    }

    @Test
    void aFrameThatIsTooLargeNamesItsVariables() {
        String deep = "u64 deep(u64 n) { char a[120]; char b[120]; char c[120]; char d[120]; char e[120]; a[n] = 1;"
                + " b[n] = 2; c[n] = 3; d[n] = 4; e[n] = 5; return a[0] + b[0] + c[0] + d[0] + e[n]; }\n";
        ProgramUnit unit = compile(deep + "probe begin { printf(\"%d\", deep(pid()) + deep(tid())); }");
        assertTrue(unit.map(".scratch").isPresent(), "large locals move to scratch memory");
    }
}
