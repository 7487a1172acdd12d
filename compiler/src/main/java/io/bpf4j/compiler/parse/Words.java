package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.source.Diagnostics;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;

/** Splits text into words and reports those that are none. */
record Words(Spans spans, Diagnostics diagnostics) {

    List<CommonToken> of(String text) {
        ProbeLexer lexer = new ProbeLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        List<CommonToken> words = new ArrayList<>();
        Token token;
        boolean strayBefore = false;
        do {
            token = lexer.nextToken();
            if (token.getChannel() == ProbeLexer.REJECTED) {
                boolean stray = token.getType() == ProbeLexer.STRAY;
                if (!stray || !strayBefore) {
                    reject(token);
                }
                strayBefore = stray;
            } else {
                strayBefore = false;
                words.add((CommonToken) token);
            }
        } while (token.getType() != Token.EOF);
        for (int index = 0; index < words.size(); index++) {
            words.get(index).setTokenIndex(index);
        }
        return words;
    }

    private void reject(Token token) {
        switch (token.getType()) {
            case ProbeLexer.OPEN_COMMENT -> error(token, "this comment has no end", "close it with */");
            case ProbeLexer.OPEN_STRING -> error(token, "this string has no closing quote on its line",
                    "close it with \", and write a line break as \\n");
            case ProbeLexer.OPEN_CHARACTER ->
                error(token, "this character has no closing quote", "close it with '");
            case ProbeLexer.DIRECTIVE -> error(token, "there is no preprocessor",
                    "write constants as 'enum { NAME = 1 };' or 'const u32 name = 1;', macros as functions");
            default -> error(token, "unexpected character " + described(token.getText()));
        }
    }

    private void error(Token token, String message, String... hints) {
        diagnostics.error(spans.of(token), "syntax", message, hints);
    }

    private static String described(String text) {
        int character = text.codePointAt(0);
        return Character.isISOControl(character) || !Character.isDefined(character) || character == 0xfffd
                ? String.format("U+%04X", character)
                : "'" + text + "'";
    }
}
