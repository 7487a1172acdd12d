package io.bpf4j.compiler.source;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/** How many columns of a terminal a character takes. */
final class TextWidth {

    private static final Set<UnicodeScript> WIDE = EnumSet.of(UnicodeScript.HAN, UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA, UnicodeScript.HANGUL);

    /** The first plane of pictographs, which terminals show in two columns, and its end. */
    private static final int PICTOGRAPHS = 0x1f300;
    private static final int PICTOGRAPHS_END = 0x1faff;
    /** Full-width forms of ASCII. */
    private static final int FULL_WIDTH = 0xff01;
    private static final int FULL_WIDTH_END = 0xff60;

    private TextWidth() {}

    /** Returns 0 for marks that combine with the character before, 2 for wide characters, else 1. */
    static int of(int character) {
        int category = Character.getType(character);
        if (category == Character.NON_SPACING_MARK || category == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide = WIDE.contains(UnicodeScript.of(character))
                || character >= PICTOGRAPHS && character <= PICTOGRAPHS_END
                || character >= FULL_WIDTH && character <= FULL_WIDTH_END;
        return wide ? 2 : 1;
    }
}
