package io.bpf4j.tools.sslsniff;

import io.bpf4j.tools.common.Output;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Shows captured bytes to a person: as UTF-8, but for what a terminal would obey. A peer could otherwise move the
 * cursor, rename the window or type into the shell. Control characters appear as {@code ^[}, those above ASCII and what
 * reverses the direction of text as U+FFFD; line ends and tabs stay.
 */
final class TerminalText {
    private static final char REPLACEMENT = '\ufffd';
    static final int DELETE = 0x7f;
    private static final int FIRST_AFTER_C1 = 0xa0;
    private static final int CARET_OFFSET = 0x40;

    private final Output output;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private CharBuffer characters = CharBuffer.allocate(0);

    TerminalText(Output output) {
        this.output = output;
    }

    /** Writes bytes. */
    void write(ByteBuffer source, int offset, int length) {
        if (characters.capacity() < length) {
            characters = CharBuffer.allocate(length);
        }
        characters.clear();
        decoder.reset();
        decoder.decode(source.duplicate().limit(offset + length).position(offset), characters, true);
        decoder.flush(characters);
        characters.flip();
        text.setLength(0);
        for (int i = 0; i < characters.length(); i++) {
            boolean lineEnd = i + 1 < characters.length() && characters.charAt(i + 1) == '\n';
            append(characters.charAt(i), lineEnd);
        }
        output.text(text.toString());
    }

    private void append(char c, boolean beforeLineEnd) {
        if (c == '\n' || c == '\t') {
            text.append(c);
        } else if (c < ' ' || c == DELETE) {
            if (c != '\r' || !beforeLineEnd) {
                text.append('^').append((char) (c ^ CARET_OFFSET));
            }
        } else {
            text.append(c > DELETE && c < FIRST_AFTER_C1 || isDirection(c) ? REPLACEMENT : c);
        }
    }

    /** The embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX 9, section 2). */
    private static boolean isDirection(char c) {
        return switch (Character.getDirectionality(c)) {
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
                    Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
                    Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
                    Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                    Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
                    Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE ->
                true;
            default -> false;
        };
    }
}
