package io.bpf4j.vm.text;

import java.math.BigInteger;

/**
 * A piece of assembler text.
 *
 * @param text as written; of a quoted name what is between the quotes
 * @param line from 1
 * @param column from 1
 */
record Token(Kind kind, String text, int line, int column) {

    /** What a token is. */
    enum Kind {
        WORD,
        NUMBER,
        SYMBOL,
        QUOTED,
        END_OF_LINE,
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    BigInteger number() {
        return text.startsWith("0x") || text.startsWith("0X")
                ? new BigInteger(text.substring(2), 16)
                : new BigInteger(text);
    }

    /** Returns the token as messages show it. */
    String shown() {
        return switch (kind) {
            case WORD, NUMBER, SYMBOL -> "`" + text + "`";
            case QUOTED -> "\"" + text + "\"";
            case END_OF_LINE -> "the end of the line";
            case END -> "the end of the text";
        };
    }
}
