package io.bpf4j.vm.x64;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** The recommended instructions that do nothing, 1 to 9 bytes long (SDM volume 2, NOP, table 4-12). */
public final class Nops {

    private static final byte[][] BY_SIZE = Arrays.stream("""
            90
            6690
            0f1f00
            0f1f4000
            0f1f440000
            660f1f440000
            0f1f8000000000
            0f1f840000000000
            660f1f840000000000""".split("\n")).map(HexFormat.of()::parseHex).toArray(byte[][]::new);

    private Nops() {}

    /** Writes a number of bytes of nops, as few instructions as possible. */
    public static void put(ByteBuffer out, int size) {
        int left = size;
        while (left > 0) {
            byte[] nop = BY_SIZE[Math.min(left, BY_SIZE.length) - 1];
            out.put(nop);
            left -= nop.length;
        }
    }

    /** Returns a number of bytes of nops. */
    public static byte[] of(int size) {
        ByteBuffer out = ByteBuffer.allocate(size);
        put(out, size);
        return out.array();
    }
}
