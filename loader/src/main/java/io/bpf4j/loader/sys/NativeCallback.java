package io.bpf4j.loader.sys;

import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Closure;
import com.kenai.jffi.ClosureManager;
import com.kenai.jffi.Type;
import java.util.function.LongUnaryOperator;

/**
 * A Java function that machine code can call as {@code long f(long)}; it must not throw. {@link #close} frees it.
 */
public final class NativeCallback implements AutoCloseable {
    private final Closure.Handle handle;

    /** Makes the function callable. */
    public NativeCallback(LongUnaryOperator function) {
        handle = ClosureManager.getInstance().newClosure(
                buffer -> buffer.setLongReturn(function.applyAsLong(buffer.getLong(0))), Type.SINT64,
                new Type[]{Type.SINT64}, CallingConvention.DEFAULT);
    }

    /** Where machine code calls it. */
    public long address() {
        return handle.getAddress();
    }

    @Override
    public void close() {
        handle.dispose();
    }
}
