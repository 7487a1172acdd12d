package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeCallback;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.jit.x64.X64Compiler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine that runs programs as machine code, on machines whose memory is a {@link NativeBlock}. Helpers are Java's,
 * reached through a callback. {@link #close} frees all code that it made.
 */
public final class NativeEngine implements Engine, AutoCloseable {
    private final Kernel kernel;
    private final X64Compiler compiler;
    private final NativeCallback host = new NativeCallback(this::answer);
    private final List<NativeProgram> programs = new ArrayList<>();
    /** The last execution to run at each control block, by its address. */
    private final Map<Long, Execution> executions = new ConcurrentHashMap<>();
    private final Map<Long, Throwable> pending = new ConcurrentHashMap<>();

    /** Makes an engine for processors that have some features. */
    public NativeEngine(Kernel kernel, Set<CpuFeature> features) {
        this.kernel = kernel;
        this.compiler = new X64Compiler(features);
    }

    @Override
    public String name() {
        return "native";
    }

    @Override
    public NativeProgram prepare(PreparedProgram program) {
        NativeProgram made = new NativeProgram(this, kernel, program, compiler.compile(program));
        synchronized (programs) {
            programs.add(made);
        }
        return made;
    }

    /** Makes an execution known, and returns where its programs ask the host. */
    long host(Execution execution) {
        executions.put(execution.control(), execution);
        return host.address();
    }

    private long answer(long control) {
        Execution execution = executions.get(control);
        try {
            return ((NativeProgram) execution.current()).answer(execution);
        } catch (Throwable problem) { // thrown on, by the Java frames below the machine code
            pending.put(control, problem);
            NativeProgram.endRun(execution);
            return 0;
        }
    }

    /** Throws what ended a run. */
    void rethrow(Execution execution) {
        Throwable problem = pending.remove(execution.control());
        if (problem instanceof TrapException trap) {
            throw trap;
        }
        throw new IllegalStateException("a helper failed", problem);
    }

    @Override
    public void close() {
        synchronized (programs) {
            programs.forEach(NativeProgram::close);
            programs.clear();
        }
        host.close();
    }
}
