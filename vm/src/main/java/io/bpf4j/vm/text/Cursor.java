package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.text.AssemblyException.Problem;
import io.bpf4j.vm.text.Token.Kind;
import java.math.BigInteger;
import java.util.List;

/** A place in the tokens, and the small things that all statements are made of. */
final class Cursor {

    /** A mistake that ends the reading of a statement. */
    static final class SyntaxException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        SyntaxException(Token at, String message) {
            super(message, null, false, false);
            problem = new Problem(at.line(), at.column(), message);
        }

        Problem problem() {
            return problem;
        }
    }

    /** A register as written: {@code r1}, or {@code w1} for its lower half. */
    record Written(Register register, boolean wide) {
        @Override
        public String toString() {
            return (wide ? "r" : "w") + register.number();
        }
    }

    private final List<Token> tokens;
    private int position;

    Cursor(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(position);
    }

    Token peekNext() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    boolean accept(String symbol) {
        return acceptIf(peek().is(symbol));
    }

    boolean acceptWord(String word) {
        return acceptIf(peek().isWord(word));
    }

    private boolean acceptIf(boolean found) {
        if (found) {
            next();
        }
        return found;
    }

    void expect(String symbol) {
        if (!accept(symbol)) {
            throw expected("`" + symbol + "`");
        }
    }

    void expectWord(String word) {
        if (!acceptWord(word)) {
            throw expected("`" + word + "`");
        }
    }

    void skipLine() {
        while (peek().kind() != Kind.END_OF_LINE && peek().kind() != Kind.END) {
            next();
        }
    }

    SyntaxException expected(String what) {
        return new SyntaxException(peek(), "expected " + what + ", found " + peek().shown());
    }

    /** Returns whether a word is spelled like a register, be there such a one or not. */
    static boolean looksLikeRegister(String word) {
        return word.matches("[rw][0-9]+");
    }

    boolean atRegister() {
        return peek().kind() == Kind.WORD && looksLikeRegister(peek().text());
    }

    Written register() {
        if (!atRegister()) {
            throw expected("a register, r0 to r10 or w0 to w10");
        }
        Token token = next();
        String number = token.text().substring(1);
        if (number.length() > 2 || Integer.parseInt(number) > Register.FRAME.number()) {
            throw new SyntaxException(token,
                    "no register `" + token.text() + "`, expected r0 to r10 or w0 to w10");
        }
        return new Written(Register.of(Integer.parseInt(number)), token.text().charAt(0) == 'r');
    }

    Register register(boolean wide) {
        Token token = peek();
        Written written = register();
        if (written.wide() != wide) {
            throw new SyntaxException(token,
                    "expected " + new Written(written.register(), wide) + " here, found `" + written + "`");
        }
        return written.register();
    }

    void register(Register required, boolean wide) {
        Token token = peek();
        if (register(wide) != required) {
            throw new SyntaxException(token,
                    "expected " + new Written(required, wide) + " here, found " + token.shown());
        }
    }

    boolean atNumber() {
        return peek().kind() == Kind.NUMBER || peek().is("-") || peek().is("+");
    }

    /** Reads a number with or without sign. */
    BigInteger number(String what) {
        boolean negative = peek().is("-");
        if (negative || peek().is("+")) {
            next();
        }
        if (peek().kind() != Kind.NUMBER) {
            throw expected(what);
        }
        BigInteger number = next().number();
        return negative ? number.negate() : number;
    }

    /** Reads a number between two bounds, both allowed. */
    long number(String what, long min, long max) {
        Token start = peek();
        return inRange(start, number(what), what, min, max);
    }

    /** Reads a 32-bit number; if {@code unsigned}, one from 2^31 to 2^32-1 stands for the same bits. */
    int int32(String what, boolean unsigned) {
        return (int) number(what, Integer.MIN_VALUE, unsigned ? 0xffff_ffffL : Integer.MAX_VALUE);
    }

    short int16(String what) {
        return (short) number(what, Short.MIN_VALUE, Short.MAX_VALUE);
    }

    static long inRange(Token start, BigInteger number, String what, long min, long max) {
        if (number.compareTo(BigInteger.valueOf(min)) < 0 || number.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new SyntaxException(start,
                    "expected " + what + " from " + min + " to " + max + ", found " + number);
        }
        return number.longValue();
    }
}
