package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.memory.MemoryFaultException;

/**
 * What the classes of all programs have in common; public only because they live in loaders of their own.
 *
 * <p>Nothing in the generated code says which instruction runs. Its line numbers do: the line of an instruction is its
 * distance from the function's start plus 1, the start is in the method's name, and every fault has a stack trace.
 */
public abstract class CompiledProgram implements Executable {

    private final PreparedProgram prepared;

    /** Makes the one instance of a generated class, which {@link ProgramLoader} gives what it was made from. */
    protected CompiledProgram() {
        this.prepared = ((ProgramLoader) getClass().getClassLoader()).prepared();
    }

    /** Returns the objects that a generated class uses, in the order in which it named them. */
    protected static Object constant(Class<?> generated, int number) {
        return ((ProgramLoader) generated.getClassLoader()).constants().get(number);
    }

    /** Makes the fault of an instruction that does not exist in user space. */
    protected static Fault unsupported(String reason) {
        return new Fault(Kind.UNKNOWN_FUNCTION, reason);
    }

    /** Runs the main function. */
    protected abstract long main(Execution execution, long first, long second, long frame);

    /** Runs the function that starts at a slot, which is one. */
    protected abstract long function(Execution execution, int slot, long first, long second, long third,
            long fourth, long frame);

    @Override
    public final long run(Execution execution, long first, long second) {
        try {
            return main(execution, first, second, execution.begin(this, prepared.checking()));
        } catch (Fault | MemoryFaultException | IndexOutOfBoundsException e) {
            throw trap(e);
        }
    }

    @Override
    public final long continueRun(Execution execution, long context) {
        try {
            return main(execution, context, 0, execution.frame());
        } catch (Fault | MemoryFaultException | IndexOutOfBoundsException e) {
            throw trap(e);
        }
    }

    @Override
    public final long callFunction(Execution execution, int slot, long first, long second, long third,
            long fourth) {
        if (prepared.flow().functions().stream().noneMatch(function -> function.start() == slot)) {
            throw new Fault(Kind.BAD_ARGUMENT, "no function starts at slot " + slot);
        }
        long frame = execution.enter();
        try {
            long result = function(execution, slot, first, second, third, fourth, frame);
            execution.leave();
            return result;
        } catch (Fault | MemoryFaultException | IndexOutOfBoundsException e) {
            throw trap(e);
        }
    }

    /** Names the place of a fault; an exception that no program can cause comes back as it is. */
    private RuntimeException trap(RuntimeException fault) {
        String name = getClass().getName();
        for (StackTraceElement frame : fault.getStackTrace()) {
            if (frame.getClassName().equals(name)) {
                int slot = slotOf(frame.getMethodName()) + frame.getLineNumber() - 1;
                return trap(fault, slot);
            }
        }
        return fault;
    }

    private RuntimeException trap(RuntimeException fault, int slot) {
        Insn insn = prepared.flow().instructions().at(slot);
        boolean access = insn instanceof Load || insn instanceof Store;
        return switch (fault) {
            case Fault known -> at(slot, known.kind(), known.getMessage());
            case MemoryFaultException outside -> at(slot, Kind.OUT_OF_BOUNDS, outside.getMessage());
            case IndexOutOfBoundsException outside when access ->
                at(slot, Kind.OUT_OF_BOUNDS, "accesses an address outside of the machine's memory");
            default -> fault;
        };
    }

    private TrapException at(int slot, Kind kind, String reason) {
        return TrapException.at(prepared.program(), slot, kind, reason);
    }

    /** Returns the name of the method of the function that starts at a slot. */
    static String methodName(int slot) {
        return "function_" + slot;
    }

    /** Returns the slot in a method's name. */
    static int slotOf(String methodName) {
        return Integer.parseInt(methodName.substring(methodName.lastIndexOf('_') + 1));
    }
}
