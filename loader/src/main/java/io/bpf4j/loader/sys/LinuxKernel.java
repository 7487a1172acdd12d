package io.bpf4j.loader.sys;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.util.Collections;

/**
 * The kernel under this JVM, reached through libc's {@code syscall} function.
 *
 * <p>
 * Only that one function is bound, always with seven 64-bit arguments, and by the layer beneath JNR-FFI, jffi: JNR's
 * own way to a function makes a class for each signature, which costs a tenth of a second of every start, and its
 * machine-code stubs pass garbage as the last of exactly six integer arguments (jnr-ffi issue 181), which would break
 * mmap. jffi's use of {@code sun.misc.Unsafe} is switched off here, because newer JVMs warn of it.
 */
public final class LinuxKernel implements Kernel {
    private static final int ARGUMENTS = 7;

    private final Invoker invoker;
    private final LastError lastError;
    private final CallContext signature;
    /** Where libc's {@code syscall} starts: the result, or -1 with the error number in {@code errno}. */
    private final long address;

    private static final class Holder {
        private static final LinuxKernel INSTANCE = new LinuxKernel();
    }

    private LinuxKernel() {
        setUnlessSet("jffi.unsafe.disabled", "true");
        invoker = Invoker.getInstance();
        lastError = LastError.getInstance();
        signature = CallContext.getCallContext(Type.SINT64,
                Collections.nCopies(ARGUMENTS, Type.SINT64).toArray(Type[]::new), CallingConvention.DEFAULT,
                true);
        // Every JVM has libc among the libraries that it was linked with.
        address = Library.getDefault().getSymbolAddress("syscall");
        if (address == 0) {
            throw new UnsupportedOperationException("this JVM's C library has no function syscall");
        }
    }

    /**
     * The one instance; the first call binds libc.
     *
     * @throws UnsupportedOperationException
     *             on anything but Linux on x86-64
     */
    public static LinuxKernel instance() {
        requireLinuxOnX64();
        return Holder.INSTANCE;
    }

    @Override
    public long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        var arguments = new HeapInvocationBuffer(signature);
        arguments.putLong(call.number());
        arguments.putLong(a);
        arguments.putLong(b);
        arguments.putLong(c);
        arguments.putLong(d);
        arguments.putLong(e);
        arguments.putLong(f);
        long result = invoker.invokeLong(signature, address, arguments);
        // jffi keeps errno for each thread as it was right after the call.
        return result == -1 ? -lastError.get() : result;
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
