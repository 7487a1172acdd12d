package io.bpf4j.compiler.parse;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Lexer;

/**
 * Tells the names of types from other names before the grammar sees them, as {@code (a) * b} cannot be read otherwise:
 * C's own, those after struct, union and enum anywhere in the file, and the last name of each typedef.
 */
final class TypeNames {

    private static final Set<String> BUILT_IN = Set.of("void", "bool", "u8", "u16", "u32", "u64", "s8", "s16",
            "s32",
            "s64", "kstack_t", "ustack_t", "size_t", "ssize_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
            "int8_t", "int16_t",
            "int32_t",
            "int64_t", "uintptr_t", "intptr_t", "pid_t");

    private TypeNames() {}

    static void mark(List<CommonToken> tokens) {
        Set<String> names = new HashSet<>(BUILT_IN);
        List<CommonToken> words = tokens.stream()
                .filter(token -> token.getChannel() == Lexer.DEFAULT_TOKEN_CHANNEL).toList();
        for (int index = 0; index + 1 < words.size(); index++) {
            int type = words.get(index).getType();
            CommonToken next = words.get(index + 1);
            boolean tag = type == ProbeLexer.STRUCT || type == ProbeLexer.UNION || type == ProbeLexer.ENUM;
            if (tag && next.getType() == ProbeLexer.IDENTIFIER) {
                names.add(next.getText());
            } else if (type == ProbeLexer.TYPEDEF) {
                addTypedef(words, index + 1, names);
            }
        }
        for (int index = 0; index < words.size(); index++) {
            CommonToken word = words.get(index);
            if (word.getType() == ProbeLexer.IDENTIFIER && names.contains(word.getText())
                    && !(index > 0 && followsMember(words.get(index - 1)))) {
                word.setType(ProbeLexer.TYPE_NAME);
            }
        }
    }

    private static boolean followsMember(CommonToken before) {
        return before.getType() == ProbeLexer.DOT || before.getType() == ProbeLexer.ARROW;
    }

    /** Adds the names before the commas and the semicolon, outside braces and brackets. */
    private static void addTypedef(List<CommonToken> words, int start, Set<String> names) {
        int depth = 0;
        String last = null;
        for (int index = start; index < words.size(); index++) {
            CommonToken word = words.get(index);
            switch (word.getType()) {
                case ProbeLexer.LBRACE, ProbeLexer.LBRACKET -> depth++;
                case ProbeLexer.RBRACE, ProbeLexer.RBRACKET -> depth--;
                case ProbeLexer.IDENTIFIER -> last = depth == 0 ? word.getText() : last;
                case ProbeLexer.COMMA, ProbeLexer.SEMICOLON -> {
                    if (depth == 0 && last != null) {
                        names.add(last);
                    }
                    if (depth == 0 && word.getType() == ProbeLexer.SEMICOLON) {
                        return;
                    }
                }
                default -> depth += 0;
            }
        }
    }
}
