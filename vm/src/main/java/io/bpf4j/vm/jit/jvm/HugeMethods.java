package io.bpf4j.vm.jit.jvm;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** What HotSpot does with large methods: it interprets them, at a tenth of our interpreter's speed. */
final class HugeMethods {

    /** HotSpot's HugeMethodLimit, in bytes (src/hotspot/share/runtime/globals.hpp). */
    static final int LIMIT = 8000;

    private static final String FLAG = "DontCompileHugeMethods";

    private HugeMethods() {}

    /**
     * Checks that a function will be compiled.
     *
     * @throws UncompilableException if not
     */
    static void check(int slot, int bytes) {
        if (bytes > LIMIT && Flag.SET) {
            throw new UncompilableException("its function at slot " + slot + " takes " + bytes
                    + " bytes of Java bytecode, and HotSpot compiles no more than " + LIMIT
                    + " unless it is started with -XX:-" + FLAG);
        }
    }

    /** Looked up for the first large method only: it takes a while. */
    private static final class Flag {
        static final boolean SET = Boolean.parseBoolean(ManagementFactory
                .getPlatformMXBean(HotSpotDiagnosticMXBean.class).getVMOption(FLAG).getValue());
    }
}
