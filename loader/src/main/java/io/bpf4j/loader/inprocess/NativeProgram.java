package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.Tails;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.jit.x64.CompiledProgram;
import io.bpf4j.vm.jit.x64.Control;
import io.bpf4j.vm.jit.x64.Control.Request;
import io.bpf4j.vm.jit.x64.HostRuntime;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.MemoryFaultException;
import io.bpf4j.vm.memory.Region;
import java.util.Arrays;

/** One program as machine code. */
public final class NativeProgram implements Executable, AutoCloseable {
    private static final Request[] REQUESTS = Request.values();

    private final NativeEngine engine;
    private final PreparedProgram prepared;
    private final CompiledProgram compiled;
    private final NativeCode code;
    private final long enter;
    private final long main;

    NativeProgram(NativeEngine engine, Kernel kernel, PreparedProgram prepared, CompiledProgram compiled) {
        this.engine = engine;
        this.prepared = prepared;
        this.compiled = compiled;
        HostRuntime runtime = new HostRuntime(compiled.code());
        int runtimeOffset = compiled.code().size() + 15 & ~15;
        code = new NativeCode(kernel, runtimeOffset + runtime.code().size());
        long runtimeAddress = code.address() + runtimeOffset;
        byte[] all = Arrays.copyOf(
                compiled.code().link(code.address(), symbol -> runtimeAddress + runtime.offsetOf(symbol)),
                runtimeOffset + runtime.code().size());
        System.arraycopy(runtime.code().bytes(), 0, all, runtimeOffset, runtime.code().size());
        code.seal(all);
        enter = runtimeAddress + runtime.enterOffset();
        main = code.address() + compiled.functions().get(0);
    }

    @Override
    public long run(Execution execution, long first, long second) {
        long frame = execution.begin(this, prepared.checking());
        Memory memory = execution.memory();
        long control = execution.control();
        put(memory, control, Control.HOST, engine.host(execution));
        put(memory, control, Control.ANSWER, 0);
        if (prepared.checking() == Checking.FULL) {
            long top = execution.stackTop();
            put(memory, control, Control.STACK_TOP, top);
            put(memory, control, Control.LOWEST_FRAME,
                    top - (Execution.MAX_FRAMES - 1) * Execution.FRAME_BYTES);
            Region context = execution.contextRegion();
            put(memory, control, Control.CONTEXT, context.start());
            put(memory, control, Control.CONTEXT_SIZE, context.size());
            put(memory, control, Control.WRITABLE_SIZE, context.writable() ? context.size() : 0);
            put(memory, control, Control.BUDGET, execution.budget());
        }
        return enter(execution, main, frame, first, second, 0, 0);
    }

    @Override
    public long continueRun(Execution execution, long context) {
        return enter(execution, main, execution.frame(), context, 0, 0, 0);
    }

    @Override
    public long callFunction(Execution execution, int slot, long first, long second, long third,
            long fourth) {
        Integer offset = compiled.functions().get(slot);
        if (offset == null) {
            throw new Fault(Kind.BAD_ARGUMENT, "no function starts at slot " + slot);
        }
        long result = enter(execution, code.address() + offset, execution.enter(), first, second, third,
                fourth);
        execution.leave();
        return result;
    }

    private long enter(Execution execution, long function, long frame, long first, long second, long third,
            long fourth) {
        Memory memory = execution.memory();
        long control = execution.control();
        long arguments = control + Control.ARGUMENTS.offset();
        memory.putLong(arguments, first);
        memory.putLong(arguments + Long.BYTES, second);
        memory.putLong(arguments + 2 * Long.BYTES, third);
        memory.putLong(arguments + 3 * Long.BYTES, fourth);
        memory.putLong(arguments + 4 * Long.BYTES, 0);
        put(memory, control, Control.FRAME, frame);
        put(memory, control, Control.FUNCTION, function);
        long result = NativeCode.call(enter, control);
        if (get(memory, control, Control.ANSWER) != 0) {
            engine.rethrow(execution);
        }
        return result;
    }

    /** Does what the code asks for. */
    long answer(Execution execution) {
        Memory memory = execution.memory();
        long control = execution.control();
        long where = get(memory, control, Control.WHERE);
        execution.resume(get(memory, control, Control.FRAME));
        try {
            return answer(execution, memory, control, get(memory, control, Control.REQUEST));
        } catch (Fault fault) {
            throw TrapException.at(prepared.program(), slotAt(where), fault.kind(), fault.getMessage());
        } catch (MemoryFaultException fault) {
            throw TrapException.at(prepared.program(), slotAt(where), Kind.OUT_OF_BOUNDS, fault.getMessage());
        }
    }

    private long answer(Execution execution, Memory memory, long control, long request) {
        int operand = (int) (request >> 32);
        long address = get(memory, control, Control.ADDRESS);
        return switch (REQUESTS[(int) request]) {
            case HELPER -> callHelper(execution, memory, control, operand);
            case TAIL_CALL -> tailCall(execution, memory, control);
            case READ -> execution.locate(address, operand, false);
            case WRITE -> execution.locate(address, operand, true);
            case ATOMIC -> execution.locateAtomic(address, operand);
            case BUDGET -> throw execution.outOfBudget();
            case CALL_DEPTH -> throw execution.tooDeep();
            case UNKNOWN_FUNCTION -> throw Fault.unsupported(
                    prepared.flow().instructions().at(slotAt(get(memory, control, Control.WHERE))));
        };
    }

    private static long callHelper(Execution execution, Memory memory, long control, int id) {
        HelperFunction helper = execution.machine().helpers().find(id);
        long arguments = control + Control.ARGUMENTS.offset();
        return helper.call(execution, memory.getLong(arguments), memory.getLong(arguments + Long.BYTES),
                memory.getLong(arguments + 2 * Long.BYTES), memory.getLong(arguments + 3 * Long.BYTES),
                memory.getLong(arguments + 4 * Long.BYTES));
    }

    private static long tailCall(Execution execution, Memory memory, long control) {
        long arguments = control + Control.ARGUMENTS.offset();
        long context = memory.getLong(arguments);
        Executable next = Tails.target(execution, memory.getLong(arguments + Long.BYTES),
                memory.getLong(arguments + 2 * Long.BYTES));
        long result = next == null ? 0 : Tails.goOn(execution, next, context);
        put(memory, control, Control.ADDRESS, next == null ? 0 : 1);
        return result;
    }

    private int slotAt(long returnAddress) {
        return compiled.code().lines().insnAt((int) (returnAddress - 1 - code.address()));
    }

    /** Makes the code end its run. */
    static void endRun(Execution execution) {
        put(execution.memory(), execution.control(), Control.ANSWER, 1);
    }

    private static long get(Memory memory, long control, Control field) {
        return memory.getLong(control + field.offset());
    }

    private static void put(Memory memory, long control, Control field, long value) {
        memory.putLong(control + field.offset(), value);
    }

    @Override
    public void close() {
        code.close();
    }
}
