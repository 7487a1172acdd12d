package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/** ANTLR's places (columns from 0) as spans (columns from 1, in code points). */
record Spans(SourceFile source) {

    Span of(Token token) {
        int line = token.getLine();
        int column = token.getCharPositionInLine() + 1;
        if (token.getType() == Token.EOF) {
            return new Span(source, line, column, line, column);
        }
        String text = token.getText();
        int newline = text.lastIndexOf('\n');
        if (newline < 0) {
            return new Span(source, line, column, line, column + text.codePointCount(0, text.length()));
        }
        int lines = (int) text.chars().filter(character -> character == '\n').count();
        return new Span(source, line, column, line + lines, text.codePointCount(newline, text.length()));
    }

    Span of(ParserRuleContext context) {
        Token stop = context.getStop();
        Span start = of(context.getStart());
        return stop == null || stop.getTokenIndex() < context.getStart().getTokenIndex()
                ? start
                : start.to(of(stop));
    }

    /** The place behind a token, where something is missing. */
    Span after(Token token) {
        Span span = of(token);
        return new Span(source, span.endLine(), span.endColumn(), span.endLine(), span.endColumn() + 1);
    }
}
