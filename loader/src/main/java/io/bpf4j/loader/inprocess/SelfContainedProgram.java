package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.memory.Memory;

/** A program with all that it needs as machine code. */
public final class SelfContainedProgram implements Executable {

    private final SelfContainedEngine engine;
    private final RuntimeSettings settings;
    private final long enter;
    private final long main;

    SelfContainedProgram(SelfContainedEngine engine, RuntimeSettings settings, long enter, long main) {
        this.engine = engine;
        this.settings = settings;
        this.enter = enter;
        this.main = main;
    }

    @Override
    public long run(Execution execution, long first, long second) {
        return repeat(execution, first, second, 1);
    }

    /**
     * Runs the program many times without coming back in between.
     *
     * @param count how often, at least 1
     * @return R0 of the last time
     */
    public long repeat(Execution execution, long first, long second, long count) {
        Memory block = engine.block(execution, settings);
        long base = block.base();
        block.putLong(base + SelfContainedEngine.PROGRAM, main);
        block.putLong(base + SelfContainedEngine.CONTEXT, first);
        block.putLong(base + SelfContainedEngine.SECOND, second);
        block.putLong(base + SelfContainedEngine.COUNT, count);
        return NativeCode.call(enter, base);
    }

    @Override
    public long continueRun(Execution execution, long context) {
        throw new UnsupportedOperationException("programs go on as each other without Java");
    }

    @Override
    public long callFunction(Execution execution, int slot, long first, long second, long third,
            long fourth) {
        throw new UnsupportedOperationException("helpers call functions without Java");
    }
}
