package io.bpf4j.loader.sys;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Type;

/**
 * Machine code in this process: written first, then sealed, and executable only after that (never both at once).
 *
 * <p>{@link #close} unmaps it; nobody may run it then.
 */
public final class NativeCode implements AutoCloseable {
    private static final CallContext LONG_OF_LONG = CallContext.getCallContext(Type.SINT64,
            new Type[]{Type.SINT64}, CallingConvention.DEFAULT, false);
    private static final long READ_EXECUTE = 5; // PROT_READ | PROT_EXEC

    private final Kernel kernel;
    private final Mapping mapping;

    /** Reserves room for a number of bytes. */
    public NativeCode(Kernel kernel, int size) {
        this.kernel = kernel;
        try (var file = kernel.memoryFile("bpf4j-code", size)) {
            mapping = kernel.map(file, Access.READ_WRITE, 0, size,
                    () -> "mapping " + size + " bytes for code");
        }
    }

    /** Where the code begins. */
    public long address() {
        return mapping.address();
    }

    /** Writes all of the code and makes it executable, and unwritable. */
    public void seal(byte[] code) {
        mapping.bytes().put(0, code);
        SystemCallException.check(
                kernel.call(Syscall.MPROTECT, mapping.address(), mapping.length(), READ_EXECUTE, 0, 0, 0),
                "mprotect",
                () -> "making code executable");
    }

    /** Calls the function {@code long f(long)} at an address. */
    public static long call(long function, long argument) {
        return Invoker.getInstance().invokeN1(LONG_OF_LONG, function, argument);
    }

    @Override
    public void close() {
        mapping.close();
    }
}
