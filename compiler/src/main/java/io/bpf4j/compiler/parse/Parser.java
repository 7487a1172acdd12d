package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.ast.SourceTree;
import io.bpf4j.compiler.parse.BoundedParser.TooDeepException;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.antlr.v4.runtime.tree.ParseTree;

/** Text to tree. Mistakes go to the diagnostics; what is left of the file is still returned. */
public final class Parser {

    /** The longest source in characters; more is not a program but a mistake in the file's name. */
    public static final int MAXIMUM_LENGTH = 1 << 20;

    private record Level(ParseTree tree, int depth) {}

    private final Spans spans;
    private final Diagnostics diagnostics;

    private Parser(SourceFile source, Diagnostics diagnostics) {
        this.spans = new Spans(source);
        this.diagnostics = diagnostics;
    }

    /** Parses a file. Declarations with syntax errors are missing in the result, so ask the diagnostics first. */
    public static SourceTree parse(SourceFile source, Diagnostics diagnostics) {
        if (source.text().length() > MAXIMUM_LENGTH) {
            diagnostics.error(new Span(source, 1, 1, 1, 1), "syntax",
                    "the file has " + source.text().length() + " characters, more than " + MAXIMUM_LENGTH,
                    "is this a probe file?");
            return new SourceTree(source, List.of());
        }
        return new Parser(source, diagnostics).parse(source);
    }

    private SourceTree parse(SourceFile source) {
        List<CommonToken> tokens = new Words(spans, diagnostics).of(source.text());
        TypeNames.mark(tokens);
        ProbeParser.UnitContext unit;
        try {
            unit = tree(tokens);
        } catch (TooDeepException tooDeep) {
            diagnostics.error(spans.of(tooDeep.token()), "syntax", "this is nested too deeply",
                    "split it into functions or variables");
            return new SourceTree(source, List.of());
        }
        return new SourceTree(source, new DeclarationBuilder(spans, diagnostics, tokens).declarations(unit));
    }

    /** The fast prediction mode decides all correct files; only after it failed is the exact one worth its time. */
    private ProbeParser.UnitContext tree(List<CommonToken> tokens) {
        ProbeParser parser = new ProbeParser(new CommonTokenStream(new ListTokenSource(tokens)));
        parser.removeErrorListeners();
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        parser.setErrorHandler(new BailErrorStrategy());
        ProbeParser.UnitContext unit;
        try {
            unit = parser.unit();
        } catch (ParseCancellationException failure) {
            parser.reset();
            parser.getInterpreter().setPredictionMode(PredictionMode.LL);
            parser.setErrorHandler(new SyntaxErrors(spans, diagnostics));
            unit = parser.unit();
        }
        checkDepth(unit);
        return unit;
    }

    /** A long chain of operators nests to the left without open rules, so the parser's own bound misses it. */
    private static void checkDepth(ParserRuleContext root) {
        Deque<Level> open = new ArrayDeque<>();
        open.push(new Level(root, 0));
        while (!open.isEmpty()) {
            Level level = open.pop();
            if (level.depth > BoundedParser.MAXIMUM_DEPTH) {
                throw new TooDeepException(((ParserRuleContext) level.tree.getParent()).getStart());
            }
            for (int index = 0; index < level.tree.getChildCount(); index++) {
                open.push(new Level(level.tree.getChild(index), level.depth + 1));
            }
        }
    }
}
