package io.bpf4j.loader.feature;

import io.bpf4j.loader.sys.ProgramParameters.Debug;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The smallest BTF that names two functions and a line (Documentation/bpf/btf.rst).
 *
 * <pre>
 * [1] INT 'int' size=4, signed, 32 bits
 * [2] FUNC_PROTO '(anon)' returns 1, no parameters
 * [3] FUNC 'probe' type 2, static
 * [4] FUNC 'step' type 2, static
 * </pre>
 */
final class SmallestTypes {
    private static final String STRINGS = "\0int\0probe\0step\0probe.c\0return 0;\0";
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER = 24;
    private static final int INT = 1 << 24;
    private static final int FUNC = 12 << 24;
    private static final int FUNC_PROTO = 13 << 24;
    private static final int SIGNED_32 = 1 << 24 | 32;
    private static final int TYPES = 52;
    private static final int LINE_NUMBER_SHIFT = 10;

    private SmallestTypes() {}

    /** What BPF_BTF_LOAD takes. */
    static byte[] bytes() {
        var strings = STRINGS.getBytes(StandardCharsets.US_ASCII);
        var out = ByteBuffer.allocate(HEADER + TYPES + strings.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER);
        out.putInt(0).putInt(TYPES).putInt(TYPES).putInt(strings.length);
        out.putInt(name("int")).putInt(INT).putInt(Integer.BYTES).putInt(SIGNED_32);
        out.putInt(0).putInt(FUNC_PROTO).putInt(1);
        out.putInt(name("probe")).putInt(FUNC).putInt(2);
        out.putInt(name("step")).putInt(FUNC).putInt(2);
        return out.put(strings).array();
    }

    /**
     * Says that 'probe' begins at instruction 0, is line 1 of probe.c, and that 'step' begins at {@code step}, if not
     * 0.
     */
    static Debug describe(int btfFd, int step) {
        int count = step == 0 ? 1 : 2;
        var functions = ByteBuffer.allocate(count * Debug.FUNCTION_RECORD).order(ByteOrder.LITTLE_ENDIAN);
        var lines = ByteBuffer.allocate(count * Debug.LINE_RECORD).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int start = i * step;
            functions.putInt(start).putInt(3 + i);
            lines.putInt(start).putInt(name("probe.c")).putInt(name("return 0;"))
                    .putInt(1 + i << LINE_NUMBER_SHIFT);
        }
        return new Debug(btfFd, functions.array(), lines.array());
    }

    private static int name(String name) {
        return STRINGS.indexOf("\0" + name + "\0") + 1;
    }
}
