package io.bpf4j.compiler.parse;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Token;

/**
 * Switches the lexer between C's words and those of probe points, where a path needs no quotes. A point's parameter
 * list and result type are C again.
 */
abstract class PointModes extends Lexer {

    private enum Region {
        CODE,
        POINT,
        PARAMETERS,
        RESULT
    }

    private Region region = Region.CODE;
    private int parentheses;

    PointModes(CharStream input) {
        super(input);
    }

    @Override
    public Token nextToken() {
        Token token = super.nextToken();
        region = after(token.getType());
        mode(region == Region.POINT ? ProbeLexer.POINT : DEFAULT_MODE);
        return token;
    }

    private Region after(int token) {
        if (token == ProbeLexer.LBRACE || token == ProbeLexer.RBRACE || token == ProbeLexer.SEMICOLON) {
            return Region.CODE;
        }
        if (token == ProbeLexer.PROBE) {
            return Region.POINT;
        }
        return switch (region) {
            case CODE -> Region.CODE;
            case POINT -> afterPoint(token);
            case PARAMETERS -> afterParameter(token);
            case RESULT -> token == ProbeLexer.COMMA ? Region.POINT : Region.RESULT;
        };
    }

    private Region afterPoint(int token) {
        if (token == ProbeLexer.LPAREN) {
            parentheses = 1;
            return Region.PARAMETERS;
        }
        return token == ProbeLexer.RESULT ? Region.RESULT : Region.POINT;
    }

    private Region afterParameter(int token) {
        if (token == ProbeLexer.LPAREN) {
            parentheses++;
        } else if (token == ProbeLexer.RPAREN) {
            parentheses--;
        }
        return parentheses == 0 ? Region.POINT : Region.PARAMETERS;
    }
}
