package io.bpf4j.tools.common;

import java.util.HexFormat;

/** Bytes as users write them: hex digits, with white space between bytes, or {@code 0x} in front, as they like. */
public final class HexBytes {

    private HexBytes() {}

    /**
     * Reads bytes.
     *
     * @param what what they are, for messages
     * @throws UserError naming the first character that is wrong
     */
    public static byte[] parse(String what, String text) {
        StringBuilder digits = new StringBuilder(text.length());
        for (String word : text.strip().split("\\s+")) {
            digits.append(word.startsWith("0x") || word.startsWith("0X") ? word.substring(2) : word);
        }
        for (int i = 0; i < digits.length(); i++) {
            if (!HexFormat.isHexDigit(digits.charAt(i))) {
                throw wrong(what, "'" + digits.charAt(i) + "' is not a hex digit");
            }
        }
        if (digits.length() % 2 != 0) {
            throw wrong(what, "an odd number of hex digits (" + digits.length() + ")");
        }
        return HexFormat.of().parseHex(digits);
    }

    private static UserError wrong(String what, String why) {
        return new UserError(ExitCode.USAGE, what + ": " + why,
                "two hex digits for each byte, as in 9500000000000000");
    }
}
