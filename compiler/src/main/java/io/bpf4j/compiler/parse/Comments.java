package io.bpf4j.compiler.parse;

import java.util.List;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;

/** Finds the comment that describes a declaration: behind it on its line, or alone on the line above. */
record Comments(List<CommonToken> tokens) {

    String of(Token first, Token last) {
        for (int index = last.getTokenIndex() + 1; index < tokens.size(); index++) {
            CommonToken token = tokens.get(index);
            if (token.getLine() != last.getLine()) {
                break;
            }
            if (isComment(token)) {
                return text(token);
            }
        }
        int index = first.getTokenIndex() - 1;
        boolean above = index >= 0 && isComment(tokens.get(index))
                && endLine(tokens.get(index)) == first.getLine() - 1
                && (index == 0 || endLine(tokens.get(index - 1)) < tokens.get(index).getLine());
        return above ? text(tokens.get(index)) : "";
    }

    private static boolean isComment(Token token) {
        return token.getChannel() == ProbeLexer.COMMENTS;
    }

    private static int endLine(Token token) {
        return token.getLine() + (int) token.getText().chars().filter(character -> character == '\n').count();
    }

    private static String text(Token comment) {
        String text = comment.getText();
        String inner = text.startsWith("//") ? text.substring(2) : text.substring(2, text.length() - 2);
        return inner.lines().map(Comments::plain).filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String plain(String line) {
        String stripped = line.strip();
        return stripped.startsWith("*") ? stripped.substring(1).strip() : stripped;
    }
}
