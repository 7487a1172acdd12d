package io.bpf4j.compiler.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticPrinterTest {

    private static String print(String text, int column, int end, String... hints) {
        SourceFile file = new SourceFile("a.probe", text);
        Diagnostics diagnostics = new Diagnostics();
        diagnostics.error(new Span(file, 1, column, 1, end), "name", "wrong", hints);
        return new DiagnosticPrinter(false).print(diagnostics.sorted());
    }

    @Test
    void theCaretStandsUnderTheWord() {
        assertEquals("""
                a.probe:1:5: error: wrong
                    1 | one two three
                      |     ^~~
                      = hint: do this
                """, print("one two three", 5, 8, "do this"));
    }

    @Test
    void tabsBecomeColumns() {
        assertEquals("""
                a.probe:1:4: error: wrong
                    1 |     a   b
                      |         ^
                """, print("\ta\tb", 4, 5));
    }

    @Test
    void wideCharactersTakeTwoColumns() {
        assertEquals("""
                a.probe:1:3: error: wrong
                    1 | 世界x
                      |     ^
                """, print("世界x", 3, 4));
    }

    @Test
    void theEndOfALineCanBePointedAt() {
        assertEquals("""
                a.probe:1:4: error: wrong
                    1 | abc
                      |    ^
                """, print("abc", 4, 5));
    }

    @Test
    void onePlaceHasOneErrorAndOnlyTwentyArePrinted() {
        SourceFile file = new SourceFile("a.probe", "x\n".repeat(30));
        Diagnostics diagnostics = new Diagnostics();
        for (int line = 30; line > 0; line--) {
            diagnostics.error(new Span(file, line, 1, line, 2), "name", "wrong");
            diagnostics.error(new Span(file, line, 1, line, 2), "name", "wrong again");
        }
        assertEquals(30, diagnostics.errorCount());
        List<Diagnostic> sorted = diagnostics.sorted();
        assertEquals(1, sorted.getFirst().at().line());
        String text = new DiagnosticPrinter(false).print(sorted);
        assertEquals(20, text.split("error: wrong", -1).length - 1);
        assertTrue(text.endsWith("and 10 more errors\n"));
    }
}
