package io.bpf4j.compiler.parse;

import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;

/** Gives up on text that nests so deeply that recursion over it would exhaust the stack. */
abstract class BoundedParser extends Parser {

    /** How many rules may be open at once, and how deep the tree may be; one pair of parentheses costs two. */
    static final int MAXIMUM_DEPTH = 1000;

    /** Thrown at the token that opens one level too many. */
    static final class TooDeepException extends RuntimeException {
        private final transient Token token;

        TooDeepException(Token token) {
            super("nested too deeply", null, false, false);
            this.token = token;
        }

        Token token() {
            return token;
        }
    }

    private int depth;

    BoundedParser(TokenStream input) {
        super(input);
    }

    @Override
    public void enterRule(ParserRuleContext context, int state, int rule) {
        super.enterRule(context, state, rule);
        deepen();
    }

    @Override
    public void enterRecursionRule(ParserRuleContext context, int state, int rule, int precedence) {
        super.enterRecursionRule(context, state, rule, precedence);
        deepen();
    }

    @Override
    public void exitRule() {
        super.exitRule();
        depth--;
    }

    @Override
    public void unrollRecursionContexts(ParserRuleContext parent) {
        super.unrollRecursionContexts(parent);
        depth--;
    }

    @Override
    public void reset() {
        super.reset();
        depth = 0;
    }

    private void deepen() {
        if (++depth > MAXIMUM_DEPTH) {
            throw new TooDeepException(getCurrentToken());
        }
    }
}
