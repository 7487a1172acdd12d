package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.source.Diagnostics;
import java.util.Map;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.NoViableAltException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.RuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Says what is wrong in the words of a C programmer, and lets the parser go on after it. */
final class SyntaxErrors extends DefaultErrorStrategy {

    /** Words for sets of tokens, and signs that have two rules in the lexer and so no name in its vocabulary. */
    private static final Map<Integer, String> WORDS = Map.ofEntries(
            Map.entry(ProbeLexer.IDENTIFIER, "a name"),
            Map.entry(ProbeLexer.TYPE_NAME, "a type"), Map.entry(ProbeLexer.NUMBER, "a number"),
            Map.entry(ProbeLexer.STRING, "a string"), Map.entry(ProbeLexer.WORD, "a probe point"),
            Map.entry(ProbeLexer.CHARACTER, "a character"), Map.entry(Token.EOF, "the end of the file"),
            Map.entry(ProbeLexer.SEMICOLON, "';'"), Map.entry(ProbeLexer.LPAREN, "'('"),
            Map.entry(ProbeLexer.RPAREN, "')'"), Map.entry(ProbeLexer.LBRACE, "'{'"),
            Map.entry(ProbeLexer.RBRACE, "'}'"), Map.entry(ProbeLexer.COLON, "':'"),
            Map.entry(ProbeLexer.COMMA, "','"));

    private final Spans spans;
    private final Diagnostics diagnostics;

    SyntaxErrors(Spans spans, Diagnostics diagnostics) {
        this.spans = spans;
        this.diagnostics = diagnostics;
    }

    @Override
    public void reportError(Parser parser, RecognitionException failure) {
        if (inErrorRecoveryMode(parser)) {
            return;
        }
        beginErrorCondition(parser);
        Token offending = failure.getOffendingToken();
        if (failure instanceof NoViableAltException lookahead && lookahead.getStartToken() != null
                && expects(parser).size() > 1 && offending != lookahead.getStartToken()
                && offending.getType() != Token.EOF) {
            report(parser, offending, IntervalSet.EMPTY_SET);
            return;
        }
        report(parser, offending,
                failure instanceof InputMismatchException ? failure.getExpectedTokens() : expects(parser));
    }

    @Override
    protected void reportUnwantedToken(Parser parser) {
        if (!inErrorRecoveryMode(parser)) {
            beginErrorCondition(parser);
            report(parser, parser.getCurrentToken(), getExpectedTokens(parser));
        }
    }

    @Override
    protected void reportMissingToken(Parser parser) {
        reportUnwantedToken(parser);
    }

    private IntervalSet expects(Parser parser) {
        return getExpectedTokens(parser);
    }

    private void report(Parser parser, Token found, IntervalSet expected) {
        Token before = parser.getInputStream().LT(-1);
        if (found != parser.getCurrentToken()) {
            before = parser.getTokenStream().get(Math.max(0, previousIndex(parser, found)));
        }
        if (isUnknownType(parser, before, found)) {
            diagnostics.error(spans.of(before), "syntax", "unknown type '" + before.getText() + "'");
            return;
        }
        if (found.getType() == Token.EOF && before != null) {
            unfinished(parser, before, expected);
            return;
        }
        if (expected.contains(ProbeLexer.PROBE) && found.getType() == ProbeLexer.IDENTIFIER) {
            outside(parser, found);
            return;
        }
        if (expected.contains(ProbeLexer.PROBE) && found.getType() == ProbeLexer.RBRACE) {
            diagnostics.error(spans.of(found), "syntax", "this '}' closes nothing");
            return;
        }
        String wanted = described(parser, expected);
        if (wanted.isEmpty()) {
            diagnostics.error(spans.of(found), "syntax", "unexpected " + shown(found), hints(found, parser));
        } else if (before != null && isEnding(expected)) {
            diagnostics.error(spans.after(before), "syntax",
                    "expected " + wanted + " after " + shown(before), hints(found, parser));
        } else {
            diagnostics.error(spans.of(found), "syntax",
                    "expected " + wanted + " before " + shown(found), hints(found, parser));
        }
    }

    /** A name at file level: a type that nobody declared, or a statement that lost its probe. */
    private void outside(Parser parser, Token found) {
        int next = parser.getInputStream().LA(2);
        if (found == parser.getCurrentToken() && (next == ProbeLexer.IDENTIFIER || next == ProbeLexer.STAR)) {
            diagnostics.error(spans.of(found), "syntax", "unknown type '" + found.getText() + "'");
        } else {
            diagnostics.error(spans.of(found), "syntax",
                    "expected a declaration or a probe before " + shown(found),
                    "statements stand within the braces of a probe or function");
        }
    }

    private static int previousIndex(Parser parser, Token token) {
        int index = token.getTokenIndex() - 1;
        while (index > 0 && parser.getTokenStream().get(index).getChannel() != Token.DEFAULT_CHANNEL) {
            index--;
        }
        return index;
    }

    private void unfinished(Parser parser, Token before, IntervalSet expected) {
        boolean inBlock = expected.contains(ProbeLexer.RBRACE) || inside(parser, ProbeParser.RULE_block);
        String wanted = inBlock ? "'}'" : described(parser, expected);
        diagnostics.error(spans.after(before), "syntax", wanted.isEmpty()
                ? "the file ends too early"
                : "expected " + wanted + " before the end of the file");
    }

    private static boolean inside(Parser parser, int rule) {
        for (RuleContext context = parser.getContext(); context != null; context = context.parent) {
            if (context.getRuleIndex() == rule) {
                return true;
            }
        }
        return false;
    }

    /** Two names in a row at the start of a statement: a declaration with a type that nobody declared. */
    private static boolean isUnknownType(Parser parser, Token before, Token found) {
        if (before == null || before.getType() != ProbeLexer.IDENTIFIER) {
            return false;
        }
        boolean name = found.getType() == ProbeLexer.IDENTIFIER;
        boolean pointer = found.getType() == ProbeLexer.STAR;
        if (!name && !pointer) {
            return false;
        }
        int index = previousIndex(parser, before);
        int earlier = before.getTokenIndex() == 0
                ? ProbeLexer.SEMICOLON
                : parser.getTokenStream().get(index).getType();
        return earlier == ProbeLexer.SEMICOLON || earlier == ProbeLexer.LBRACE || earlier == ProbeLexer.RBRACE
                || earlier == ProbeLexer.LPAREN || earlier == ProbeLexer.CONST || earlier == ProbeLexer.STATIC
                || earlier == ProbeLexer.LESS && name || earlier == ProbeLexer.COMMA && name;
    }

    private static boolean isEnding(IntervalSet expected) {
        if (expected.contains(ProbeLexer.PROBE)) {
            return false;
        }
        return expected.contains(ProbeLexer.SEMICOLON) && !expected.contains(ProbeLexer.NUMBER)
                || expected.size() == 1 && !expected.contains(ProbeLexer.IDENTIFIER)
                || expected.contains(ProbeLexer.RPAREN) && !expected.contains(ProbeLexer.NUMBER)
                || expected.contains(ProbeLexer.RBRACKET) && !expected.contains(ProbeLexer.NUMBER);
    }

    /** One thing that would do, as nobody reads a list of forty. */
    private static String described(Parser parser, IntervalSet expected) {
        if (expected.contains(ProbeLexer.PROBE)) {
            return "a declaration or a probe";
        }
        if (expected.contains(ProbeLexer.NUMBER)) {
            return expected.contains(ProbeLexer.RETURN) ? "a statement" : "an expression";
        }
        for (int ending : new int[]{ProbeLexer.SEMICOLON, ProbeLexer.RPAREN, ProbeLexer.RBRACKET,
            ProbeLexer.LBRACE,
            ProbeLexer.RBRACE, ProbeLexer.GREATER, ProbeLexer.COLON}) {
            if (expected.contains(ending)) {
                return word(parser, ending);
            }
        }
        if (expected.contains(ProbeLexer.STRUCT)) {
            return "a type";
        }
        if (expected.contains(ProbeLexer.IDENTIFIER)) {
            return "a name";
        }
        if (expected.isNil() || expected.size() > 3) {
            return "";
        }
        return word(parser, expected.getMinElement());
    }

    private static String word(Parser parser, int token) {
        return WORDS.getOrDefault(token, parser.getVocabulary().getDisplayName(token));
    }

    private static String[] hints(Token found, Parser parser) {
        if (found.getType() == ProbeLexer.COMMA && inside(parser, ProbeParser.RULE_statement)) {
            return new String[]{"there is no comma operator; write two statements"};
        }
        return new String[0];
    }

    private static String shown(Token token) {
        String text = token.getText();
        return token.getType() == Token.EOF
                ? "the end of the file"
                : "'" + (text.length() > 40 ? text.substring(0, 37) + "..." : text) + "'";
    }
}
