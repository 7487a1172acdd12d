package io.bpf4j.loader.sys;

import jnr.ffi.LibraryLoader;

/**
 * The kernel under this JVM, reached through libc's {@code syscall} function.
 *
 * <p>
 * Only that one function is bound, with seven 64-bit arguments, for two reasons. JNR's machine-code stubs pass garbage
 * as the last of exactly six integer arguments (jnr-ffi issue 181), which would break mmap. And JNR generates code for
 * each bound signature, which costs start-up time; for the same reason its code generators are switched off here, and
 * jffi's use of {@code sun.misc.Unsafe} too, of which newer JVMs warn.
 */
public final class LinuxKernel implements Kernel {
    private final C library;
    private final jnr.ffi.Runtime runtime;

    /** What is bound of libc. */
    public interface C {
        /** syscall(2): the result, or -1 with the error number in {@code errno}. */
        long syscall(long number, long a, long b, long c, long d, long e, long f);
    }

    private static final class Holder {
        private static final LinuxKernel INSTANCE = new LinuxKernel();
    }

    private LinuxKernel() {
        requireLinuxOnX64();
        setUnlessSet("jnr.ffi.asm.enabled", "false");
        setUnlessSet("jnr.ffi.x86asm.enabled", "false");
        setUnlessSet("jffi.unsafe.disabled", "true");
        library = LibraryLoader.create(C.class).load("c");
        runtime = jnr.ffi.Runtime.getRuntime(library);
    }

    /**
     * The one instance; the first call binds libc.
     *
     * @throws UnsupportedOperationException
     *             on anything but Linux on x86-64
     */
    public static LinuxKernel instance() {
        return Holder.INSTANCE;
    }

    @Override
    public long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        long result = library.syscall(call.number(), a, b, c, d, e, f);
        return result == -1 ? -runtime.getLastError() : result;
    }

    private static void requireLinuxOnX64() {
        var system = System.getProperty("os.name");
        var architecture = System.getProperty("os.arch");
        if (!system.equals("Linux") || !architecture.equals("amd64")) {
            throw new UnsupportedOperationException(
                    "needs Linux on x86-64, this is " + system + " on " + architecture);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
