package io.bpf4j.vm.text;

import io.bpf4j.vm.text.AssemblyException.Problem;
import io.bpf4j.vm.text.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts assembler text into tokens; comments and blanks are left out, line ends are kept. */
final class Lexer {

    private static final String WORD = "[A-Za-z_.$][A-Za-z0-9_.$]*";
    /** One named group for each kind of thing, tried in this order. */
    private static final Pattern THING = Pattern.compile("(?<blank>[ \\t\\f]+)" //
            + "|(?<newline>\\r\\n|\\r|\\n)" //
            + "|(?<comment>;[^\\r\\n]*|//[^\\r\\n]*|#[^\\r\\n]*|/\\*(?s:.*?)\\*/)" //
            + "|(?<open>/\\*(?s:.*))" //
            // a signed operator; but <s> is a label
            + "|(?<signed>(?<!<)s(?:>>=|/=|%=|>=|<=|>|<))" //
            + "|(?<word>" + WORD + ")" //
            + "|(?<number>[0-9][A-Za-z0-9_.$]*)" //
            + "|\"(?<quoted>[^\"\\r\\n]*)\"" //
            + "|(?<symbol><<=|>>=|[-+*/%|&^=!<>]=|[-+*&=<>()\\[\\],:])");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]+");

    private final Matcher matcher;
    private final String text;
    private final List<Problem> problems;
    private final List<Token> tokens = new ArrayList<>();
    private int line = 1;
    private int lineStart;

    private Lexer(String text, List<Problem> problems) {
        this.text = text;
        this.problems = problems;
        this.matcher = THING.matcher(text);
    }

    /** Returns the tokens, the last being {@link Kind#END}; adds what is none to the problems. */
    static List<Token> tokens(String text, List<Problem> problems) {
        return new Lexer(text, problems).run();
    }

    /** Returns whether the name is read as one word. */
    static boolean isWord(String name) {
        return name.matches(WORD);
    }

    private List<Token> run() {
        int position = 0;
        while (position < text.length()) {
            matcher.region(position, text.length()).useTransparentBounds(true);
            if (matcher.lookingAt()) {
                thing(position);
                position = matcher.end();
            } else {
                int codePoint = text.codePointAt(position);
                problem(position, "no instruction has the character `" + Character.toString(codePoint) + "`");
                position += Character.charCount(codePoint);
            }
        }
        add(Kind.END_OF_LINE, "", position);
        add(Kind.END, "", position);
        return tokens;
    }

    private void thing(int position) {
        if (matcher.group("newline") != null) {
            add(Kind.END_OF_LINE, "", position);
            newLine(matcher.end());
        } else if (matcher.group("comment") != null) {
            skipLines();
        } else if (matcher.group("open") != null) {
            problem(position, "comment without end, expected */");
            skipLines();
        } else if (matcher.group("signed") != null || matcher.group("symbol") != null) {
            add(Kind.SYMBOL, matcher.group(), position);
        } else if (matcher.group("word") != null) {
            add(Kind.WORD, matcher.group(), position);
        } else if (matcher.group("quoted") != null) {
            add(Kind.QUOTED, matcher.group("quoted"), position);
        } else if (matcher.group("number") != null) {
            number(matcher.group(), position);
        }
    }

    private void number(String number, int position) {
        boolean valid = NUMBER.matcher(number).matches();
        if (!valid) {
            problem(position, "`" + number + "` is not a number, expected digits or 0x and hex digits");
        }
        add(Kind.NUMBER, valid ? number : "0", position);
    }

    /** A comment may have several lines, but does not end the instruction that it stands in. */
    private void skipLines() {
        for (int position = matcher.start(); position < matcher.end(); position++) {
            if (text.charAt(position) == '\n') {
                newLine(position + 1);
            }
        }
    }

    private void newLine(int start) {
        line++;
        lineStart = start;
    }

    private void add(Kind kind, String value, int position) {
        tokens.add(new Token(kind, value, line, position - lineStart + 1));
    }

    private void problem(int position, String message) {
        problems.add(new Problem(line, position - lineStart + 1, message));
    }
}
