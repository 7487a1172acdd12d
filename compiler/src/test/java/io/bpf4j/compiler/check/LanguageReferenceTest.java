package io.bpf4j.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.parse.Parser;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of the language reference are programs without errors and without warnings. */
class LanguageReferenceTest {

    private static final Pattern EXAMPLE = Pattern.compile("```probe\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyExampleOfTheReferenceIsRight() throws IOException {
        String reference = Files.readString(Path.of("LANGUAGE.md"));
        List<String> examples = EXAMPLE.matcher(reference).results().map((MatchResult one) -> one.group(1))
                .toList();
        assertTrue(examples.size() >= 6);
        for (String example : examples) {
            Diagnostics diagnostics = new Diagnostics();
            Checker.check(Parser.parse(new SourceFile("example", example), diagnostics),
                    CheckOptions.standard(),
                    diagnostics);
            assertEquals("", new DiagnosticPrinter(false).print(diagnostics.sorted()), example);
        }
    }
}
