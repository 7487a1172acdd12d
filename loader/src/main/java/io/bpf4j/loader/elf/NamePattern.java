package io.bpf4j.loader.elf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A symbol name with wildcards, case-sensitive: {@code *} is any number of bytes, {@code ?} one byte of the UTF-8 name,
 * and a backslash takes the next character as it is (Go's names have stars: {@code crypto/tls.(\*Conn).Write}).
 *
 * <p>Example: {@code NamePattern.of("SSL_*").matches("SSL_write")}.
 */
public final class NamePattern {

    private static final short ANY_BYTES = -1;
    private static final short ONE_BYTE = -2;

    private final String text;
    /** Bytes as 0..255, or one of the two wildcards. */
    private final short[] parts;

    private NamePattern(String text, short[] parts) {
        this.text = text;
        this.parts = parts;
    }

    /** Reads a pattern; every text is one, a last single backslash stands for itself. */
    public static NamePattern of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        short[] parts = new short[bytes.length];
        int n = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\' && i + 1 < bytes.length) {
                i++;
                parts[n++] = (short) (bytes[i] & 0xff);
            } else {
                parts[n++] = switch (bytes[i]) {
                    case '*' -> ANY_BYTES;
                    case '?' -> ONE_BYTE;
                    default -> (short) (bytes[i] & 0xff);
                };
            }
        }
        return new NamePattern(text, Arrays.copyOf(parts, n));
    }

    /** Whether the whole of {@code name} fits the pattern. */
    public boolean matches(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return matches(bytes, bytes.length);
    }

    /**
     * Matches without recursion: after a mismatch only the last star is widened, so that the cost is at most the
     * product of both lengths.
     */
    boolean matches(byte[] name, int length) {
        int part = 0;
        int at = 0;
        int starPart = -1;
        int starAt = 0;
        while (at < length) {
            if (part < parts.length && parts[part] == ANY_BYTES) {
                starPart = part++;
                starAt = at;
            } else if (part < parts.length && (parts[part] == ONE_BYTE || parts[part] == (name[at] & 0xff))) {
                part++;
                at++;
            } else if (starPart >= 0) {
                part = starPart + 1;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (part < parts.length && parts[part] == ANY_BYTES) {
            part++;
        }
        return part == parts.length;
    }

    @Override
    public String toString() {
        return text;
    }
}
