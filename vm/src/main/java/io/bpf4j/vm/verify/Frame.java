package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Register;
import java.util.Arrays;

/** The registers and the stack of one active function. Mutable; copied where paths part. */
final class Frame {

    /** The bytes of a frame (include/linux/filter.h, MAX_BPF_STACK). */
    static final int STACK_BYTES = 512;
    private static final int REGISTERS = Register.values().length;

    private final int number;
    /** The index of the call instruction that made it; -1 for the main function. */
    private final int callSite;
    /** The index of the function's first instruction. */
    private final int entry;
    private final boolean callback;
    private final Value[] registers;
    private StackSlot[] stack;
    /** How often the function was iterated as the callback of a helper that this frame calls. */
    private int callbackDepth;
    /** The slots that were read before they were written, from this state on; bit n is slot n. */
    private long readSlots;
    /** The slots that were written since the parent state. */
    private long writtenSlots;
    /** The registers whose exact range matters from this state on. */
    private int preciseRegisters;
    private long preciseSlots;

    Frame(int number, int callSite, int entry, boolean callback) {
        this.number = number;
        this.callSite = callSite;
        this.entry = entry;
        this.callback = callback;
        registers = new Value[REGISTERS];
        Arrays.fill(registers, Value.UNINITIALISED);
        registers[Register.FRAME.number()] = new Pointer(new PointerTarget.Stack(number));
        stack = new StackSlot[0];
        // What an earlier frame of the same number had is nobody's business.
        writtenSlots = -1;
    }

    private Frame(Frame other) {
        number = other.number;
        callSite = other.callSite;
        entry = other.entry;
        callback = other.callback;
        registers = other.registers.clone();
        stack = other.stack.clone();
        callbackDepth = other.callbackDepth;
        writtenSlots = other.writtenSlots;
    }

    /** Copies what is known; marks of what matters from here on start empty. */
    Frame copy() {
        return new Frame(this);
    }

    int number() {
        return number;
    }

    int callSite() {
        return callSite;
    }

    int entry() {
        return entry;
    }

    boolean isCallback() {
        return callback;
    }

    int callbackDepth() {
        return callbackDepth;
    }

    void setCallbackDepth(int depth) {
        callbackDepth = depth;
    }

    Value get(Register register) {
        return registers[register.number()];
    }

    Value get(int register) {
        return registers[register];
    }

    void set(Register register, Value value) {
        registers[register.number()] = value;
    }

    void set(int register, Value value) {
        registers[register] = value;
    }

    int registers() {
        return REGISTERS;
    }

    /** Returns how many slots the stack has from the top down. */
    int slots() {
        return stack.length;
    }

    StackSlot slot(int index) {
        return index < stack.length && stack[index] != null ? stack[index] : StackSlot.EMPTY;
    }

    void setSlot(int index, StackSlot slot) {
        if (index >= stack.length) {
            stack = Arrays.copyOf(stack, index + 1);
        }
        stack[index] = slot;
    }

    long readSlots() {
        return readSlots;
    }

    /** Adds slots that are read from this state on; returns which of them were not known to be. */
    long addReadSlots(long slots) {
        long added = slots & ~readSlots;
        readSlots |= slots;
        return added;
    }

    long writtenSlots() {
        return writtenSlots;
    }

    void markWritten(int slot) {
        writtenSlots |= 1L << slot;
    }

    void clearWritten() {
        writtenSlots = 0;
    }

    boolean isPrecise(int register) {
        return (preciseRegisters & 1 << register) != 0;
    }

    boolean isPreciseSlot(int slot) {
        return (preciseSlots & 1L << slot) != 0;
    }

    void markPrecise(int register) {
        preciseRegisters |= 1 << register;
    }

    void markPreciseSlot(int slot) {
        preciseSlots |= 1L << slot;
    }

    int preciseRegisters() {
        return preciseRegisters;
    }

    long preciseSlots() {
        return preciseSlots;
    }
}
