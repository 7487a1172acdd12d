package io.bpf4j.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bpf4j.compiler.ast.AstPrinter;
import io.bpf4j.compiler.ast.SourceTree;
import io.bpf4j.compiler.parse.Parser;
import io.bpf4j.compiler.source.Diagnostic;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Severity;
import io.bpf4j.compiler.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the corpus: each file says in comments, on the line itself, which errors and warnings it has. */
class ProbeCorpusTest {

    private static final Path CORPUS = Path.of("src/test/resources/probes");
    private static final Pattern EXPECTATION = Pattern.compile("// (error|warning): (.*)$");

    static List<Path> files() {
        try (Stream<Path> files = Files.walk(CORPUS)) {
            return files.filter(file -> file.toString().endsWith(".probe")).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @TestFactory
    Stream<DynamicTest> everyFileHasTheErrorsThatItExpects() {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    @TestFactory
    Stream<DynamicTest> printingIsStable() {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> print(file)));
    }

    private static void check(Path file) throws IOException {
        SourceFile source = new SourceFile(file.getFileName().toString(), Files.readString(file));
        Diagnostics diagnostics = new Diagnostics();
        SourceTree tree = Parser.parse(source, diagnostics);
        if (!diagnostics.hasErrors()) {
            Checker.check(tree, CheckOptions.standard(), diagnostics);
        }
        List<Diagnostic> left = new ArrayList<>(diagnostics.sorted());
        List<String> lines = source.text().lines().toList();
        List<String> missing = new ArrayList<>();
        for (int line = 1; line <= lines.size(); line++) {
            Matcher matcher = EXPECTATION.matcher(lines.get(line - 1));
            if (matcher.find() && !take(left, line, matcher.group(1), matcher.group(2))) {
                missing.add(file + ":" + line + ": " + matcher.group());
            }
        }
        boolean expectsErrors = file.getParent().endsWith("bad");
        left.removeIf(one -> !expectsErrors && one.severity() == Severity.WARNING);
        assertEquals("", String.join("\n", missing) + new DiagnosticPrinter(false).print(left));
    }

    private static boolean take(List<Diagnostic> left, int line, String severity, String text) {
        boolean found = left.stream().anyMatch(one -> matches(one, line, severity, text));
        left.removeIf(
                one -> one.at().line() == line && (found || one.severity().word().equals(severity)) && found);
        return found;
    }

    private static boolean matches(Diagnostic one, int line, String severity, String text) {
        return one.at().line() == line && one.severity().word().equals(severity)
                && one.message().contains(text);
    }

    private static void print(Path file) throws IOException {
        SourceTree tree = Parser.parse(new SourceFile("first", Files.readString(file)), new Diagnostics());
        String printed = AstPrinter.print(tree);
        Diagnostics diagnostics = new Diagnostics();
        SourceTree again = Parser.parse(new SourceFile("second", printed), diagnostics);
        assertFalse(diagnostics.hasErrors(),
                () -> new DiagnosticPrinter(false).print(diagnostics.sorted()) + printed);
        assertEquals(printed, AstPrinter.print(again));
    }
}
