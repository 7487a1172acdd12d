package io.bpf4j.vm.patch;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Bytes to write over others.
 *
 * @param original what must be there before, and has to be there again afterwards
 * @param replacement as many bytes
 */
public record Edit(long address, byte[] original, byte[] replacement) {
    private static final int INT3 = 0xcc;

    /** Returns the addresses. */
    public Range range() {
        return new Range(address, address + original.length);
    }

    /** Returns whether bytes are those that this edit writes. */
    public boolean isIn(byte[] found) {
        return Arrays.equals(found, replacement);
    }

    /** Returns the objection to writing if other bytes are there than there should be. */
    public Optional<Refusal> check(byte[] found) {
        for (int i = 0; i < original.length; i++) {
            if (found[i] != original[i]) {
                String who = switch (found[i] & 0xff) {
                    case INT3 -> "another tracer's breakpoint";
                    case 0xe8, 0xe9, 0xeb -> "another tracer's jump";
                    default -> "changed by somebody";
                };
                return Optional.of(new Refusal(address, Refusal.Reason.FOREIGN_BYTES,
                        "the bytes at 0x%x are %s, but %s in the file: %s".formatted(address,
                                HexFormat.of().formatHex(found, 0, original.length),
                                HexFormat.of().formatHex(original), who)));
            }
        }
        return Optional.empty();
    }
}
