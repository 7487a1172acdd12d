package io.bpf4j.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.ast.AstPrinter;
import io.bpf4j.compiler.ast.SourceTree;
import io.bpf4j.compiler.parse.Parser;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the text, the front end ends with diagnostics, never with an exception, and prints what it parsed. */
class SourceFuzzProperties {

    private static final List<String> WORDS = List.of("probe", "begin", "{", "}", "(", ")", "[", "]", ";",
            ",", ":", "?", ".",
            "->", "++", "--", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<<", ">>", "<", ">", "<=",
            "==", "!=",
            "&&", "||", "=", "+=", "x", "y", "s", "m", "u32", "u64", "int", "char", "struct", "t", "union",
            "enum",
            "typedef",
            "const", "map", "hash", "if", "else", "for", "while", "do", "switch", "case", "default", "break",
            "return",
            "sizeof", "offsetof", "null", "true", "0", "1", "0xff", "\"a%d\"", "'c'", "printf", "pid()",
            "m[1]", "s->x",
            "arg0", "retval", "args", "uprobe:c:f", "__user", "void", "license", "unroll", "-1",
            "m.lookup(1)", "#",
            "/*", "\0", "\u00e9", "\ud83d");
    private static final String FRAME = "struct t { u32 x; struct t *n; char c[8]; }; map hash<u32, t> m; u32 y;\n"
            + "u32 f(u32 x) { return x; }\nprobe uprobe:c:f(int x, t *s) {\n    ";
    private static final List<String> CORPUS = ProbeCorpusTest.files().stream()
            .map(SourceFuzzProperties::text).toList();

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Diagnostics run(String text) {
        SourceFile source = new SourceFile("fuzz.probe", text);
        Diagnostics diagnostics = new Diagnostics();
        SourceTree tree = Parser.parse(source, diagnostics);
        boolean parsed = !diagnostics.hasErrors();
        Checker.check(tree, CheckOptions.standard(), diagnostics);
        new DiagnosticPrinter(true).print(diagnostics.sorted());
        if (parsed) {
            String printed = AstPrinter.print(tree);
            Diagnostics again = new Diagnostics();
            SourceTree second = Parser.parse(new SourceFile("again.probe", printed), again);
            assertFalse(again.hasErrors(),
                    () -> printed + new DiagnosticPrinter(false).print(again.sorted()));
            assertEquals(printed, AstPrinter.print(second));
        }
        return diagnostics;
    }

    @Provide
    Arbitrary<String> soup() {
        return Arbitraries.of(WORDS).list().ofMaxSize(60).map(words -> String.join(" ", words));
    }

    @Property(tries = 400)
    void tokenSoupNeverThrows(@ForAll("soup") String soup) {
        run(soup);
    }

    @Property(tries = 600)
    void tokenSoupInABodyNeverThrows(@ForAll("soup") String soup) {
        run(FRAME + soup + ";\n}\n");
    }

    @Provide
    Arbitrary<String> shortSoup() {
        return Arbitraries.of(WORDS).list().ofMinSize(1).ofMaxSize(6).map(words -> String.join(" ", words));
    }

    @Property(tries = 1000)
    void shortStatementsNeverThrow(@ForAll("shortSoup") String soup) {
        run(FRAME + "y = " + soup + ";\n}\n");
    }

    @Property(tries = 120)
    void mutatedFilesNeverThrow(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(CORPUS.get(random.nextInt(CORPUS.size())));
        int edits = 1 + random.nextInt(6);
        for (int edit = 0; edit < edits && text.length() > 2; edit++) {
            int at = random.nextInt(text.length() - 1);
            int end = Math.min(text.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, WORDS.get(random.nextInt(WORDS.size())));
                case 2 -> text.insert(at, text.substring(at, end));
                default -> text.setCharAt(at, (char) random.nextInt(128));
            }
        }
        run(text.toString());
    }

    @Property(tries = 300)
    void bytesNeverThrow(@ForAll byte[] bytes) {
        run(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    @Example
    void deepNestingIsAnErrorAndNoStackOverflow() {
        int depth = 10_000;
        for (String text : List.of("(".repeat(depth) + "1" + ")".repeat(depth), "!".repeat(depth) + "1",
                "1" + "+1".repeat(depth), "1" + "?1:1".repeat(depth), "y" + "=y".repeat(depth),
                "f(".repeat(depth),
                "{".repeat(depth), "(u32)".repeat(depth) + "1",
                "m[".repeat(depth) + "1" + "]".repeat(depth))) {
            Diagnostics diagnostics = assertTimeoutPreemptively(Duration.ofSeconds(60),
                    () -> run(FRAME + "y = " + text + ";\n}\n"));
            assertTrue(diagnostics.hasErrors(), text.substring(0, 10));
        }
        assertTrue(run("probe begin {" + "if(1)".repeat(depth) + ";}").hasErrors());
        assertTrue(run("probe begin " + "{".repeat(depth)).hasErrors());
        assertTrue(run("struct {".repeat(depth)).hasErrors());
    }

    @Example
    void moderateNestingIsAccepted() {
        int depth = 100;
        String sum = "y" + " + y".repeat(depth * 4);
        String nested = "(".repeat(depth) + "y" + " + 1)".repeat(depth);
        String branches = "if (y == 1) y = 2; else ".repeat(depth) + "y = 3;";
        Diagnostics diagnostics = run(FRAME + "y = " + sum + ";\ny = " + nested + ";\n" + branches + "\n}\n");
        assertFalse(diagnostics.hasErrors(), () -> new DiagnosticPrinter(false).print(diagnostics.sorted()));
    }

    @Example
    void hugeFilesAreRefusedAndLongOnesParsed() {
        assertEquals(1, run("x".repeat(Parser.MAXIMUM_LENGTH + 1)).errorCount());
        assertTrue(run("\0".repeat(100_000)).hasErrors());
        String many = "y = y * 3 + 1; ".repeat(5000);
        assertFalse(run(FRAME + many + "}").hasErrors());
        assertTrue(run(many.lines().collect(Collectors.joining())).hasErrors());
    }
}
