package io.bpf4j.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.DiagnosticPrinter;
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
import java.util.List;
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

    private static String mistakes(String text) {
        return new DiagnosticPrinter(false)
                .print(assertThrows(CompileException.class, () -> compile(text)).diagnostics());
    }

    @Test
    void variablesThatFindNoRoomInScratchMemoryAreShownWhereTheyAreDeclared() {
        String text = mistakes("""
                probe begin {
                    char text[30000];
                    char more[4000];
                    u32 small = pid();
                    text[small] = 1;
                    more[small] = 2;
                    printf("%s %s", text, more);
                }
                """);
        assertEquals(List.of("test.probe:2:10: error: 'text' takes 30000 bytes; "
                + "'begin' needs 34000 bytes of memory for large variables, but there are 32760",
                "    2 |     char text[30000];", "      |          ^~~~",
                "test.probe:3:10: note: 'more' takes 4000 bytes",
                "    3 |     char more[4000];", "      |          ^~~~",
                "      = hint: make it smaller, or keep it in a map"), text.lines().toList());
    }

    @Test
    void eachProbeWhoseVariablesFindNoRoomIsShown() {
        String probe = " { char text[40000]; text[pid()] = 1; printf(\"%s\", text); }\n";
        String text = mistakes("probe begin" + probe + "probe end" + probe);
        assertTrue(text.contains("test.probe:1:20: error: 'text' takes 40000 bytes"), text);
        assertTrue(text.contains("test.probe:2:18: error: 'text' takes 40000 bytes"), text);
    }

    @Test
    void theLargestScratchMemoryIsStillAllowed() {
        compile("probe begin { char text[32760]; text[pid()] = 1; printf(\"%d\", text[tid()]); }");
    }

    @Test
    void pointersThatFindNoRoomOnTheStackAreShownWhereTheyAreDeclared() {
        StringBuilder source = new StringBuilder("map array<u64> numbers(16);\n"
                + "u64 get(u64 **p) { if (*p) return **p; return 0; }\nprobe begin {\n    u64 sum = 0;\n");
        for (int i = 0; i < 70; i++) {
            source.append("    u64 *p").append(i).append(" = numbers.lookup(").append(i).append(");\n");
        }
        for (int i = 0; i < 70; i++) {
            source.append("    sum += get(&p").append(i).append(");\n");
        }
        assertEquals(
                """
                        test.probe:5:10: error: 'p0' takes 8 bytes; 'begin' needs 576 bytes of stack, but there are 512
                            5 |     u64 *p0 = numbers.lookup(0);
                              |          ^~
                        test.probe:6:10: note: 'p1' takes 8 bytes
                            6 |     u64 *p1 = numbers.lookup(1);
                              |          ^~
                        test.probe:7:10: note: 'p2' takes 8 bytes
                            7 |     u64 *p2 = numbers.lookup(2);
                              |          ^~
                        test.probe:8:10: note: 'p3' takes 8 bytes
                            8 |     u64 *p3 = numbers.lookup(3);
                              |          ^~
                              = hint: make it smaller, or keep it in a map
                        """,
                mistakes(source + "    printf(\"%d\", sum);\n}\n"));
    }

    @Test
    void largeLocalsMoveToScratchMemory() {
        String deep = "u64 deep(u64 n) { char a[120]; char b[120]; char c[120]; char d[120]; char e[120]; a[n] = 1;"
                + " b[n] = 2; c[n] = 3; d[n] = 4; e[n] = 5; return a[0] + b[0] + c[0] + d[0] + e[n]; }\n";
        ProgramUnit unit = compile(deep + "probe begin { printf(\"%d\", deep(pid()) + deep(tid())); }");
        assertTrue(unit.map(".scratch").isPresent(), "large locals move to scratch memory");
    }
}
