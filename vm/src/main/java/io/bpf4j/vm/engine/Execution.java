package io.bpf4j.vm.engine;

import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * One thread's place on a machine: its stack, its context, its share of per-CPU maps, what it may still do. Used by one
 * thread at a time, for any number of runs; nothing is allocated per run.
 *
 * <pre>
 * start
 *   | control | frame 7 | ... | frame 1 | frame 0 | scratch | context ... |
 *                                                 ^ R10 of the main function
 * </pre>
 */
public final class Execution {

    /** The bytes of a function's frame. */
    public static final int FRAME_BYTES = 512;
    /** How many functions may be active at a time (include/linux/bpf_verifier.h, MAX_CALL_FRAMES). */
    public static final int MAX_FRAMES = 8;
    /** How many tail calls one run may make (include/linux/bpf.h, MAX_TAIL_CALL_CNT). */
    public static final int MAX_TAIL_CALLS = 33;
    /** The instructions of a run if nothing else is said: what the kernel's verifier is willing to walk through. */
    public static final long DEFAULT_BUDGET = 1_000_000;
    /** What a function's address is in a register: this plus its slot. */
    public static final long FUNCTION_ADDRESS = 0x7bf0_0000_0000_0000L;

    /** The bytes that are an engine's own. */
    public static final int CONTROL_BYTES = 256;

    private static final int STACK_BYTES = MAX_FRAMES * FRAME_BYTES;
    /**
     * The bytes that helpers may use while they run, and no program, so that a step too far from the stack does not end
     * in the context.
     */
    public static final int SCRATCH_BYTES = 512;

    private final Machine machine;
    private final Memory memory;
    private final long memoryBase;
    private final Environment environment;
    private final int shard;
    private final long control;
    private final long stackTop;
    private final long contextStart;
    private final int contextBytes;
    private Region context;
    /** The lowest byte of the innermost frame. */
    private long stackFloor;
    private int depth;
    private long budget = DEFAULT_BUDGET;
    private long budgetLeft;
    private int tailCalls;
    private boolean checked;
    private Executable current;
    /** The piece outside the stack that was found last: the context, a map's value, a record. */
    private long recentStart;
    private long recentSize;
    private boolean recentWritable;
    /** Records that are reserved and not yet submitted. */
    private final List<Region> records = new ArrayList<>(4);

    /**
     * Makes an execution.
     *
     * @param start the address of a block of {@link #bytes} in the machine's memory, a multiple of 8
     * @param contextBytes the most that a context may have
     * @param shard which values of per-CPU maps are this thread's
     */
    public Execution(Machine machine, Environment environment, long start, int contextBytes, int shard) {
        this.machine = machine;
        this.memory = machine.memory();
        this.memoryBase = memory.base();
        this.environment = environment;
        this.shard = shard;
        this.control = start;
        this.stackTop = start + CONTROL_BYTES + STACK_BYTES;
        this.contextStart = stackTop + SCRATCH_BYTES;
        this.contextBytes = contextBytes;
        this.context = new Region("the context", contextStart, 0, false);
        memory.index(start, bytes(contextBytes));
    }

    /** Returns how much memory an execution takes whose context has a number of bytes. */
    public static int bytes(int contextBytes) {
        return CONTROL_BYTES + STACK_BYTES + SCRATCH_BYTES + contextBytes;
    }

    /**
     * Sets what the next runs find at R1.
     *
     * @param name for messages, such as {@code the context}
     * @param writable whether programs may write to it
     * @return its address
     * @throws IllegalArgumentException if it is larger than the execution has room for
     */
    public long setContext(String name, byte[] bytes, boolean writable) {
        if (bytes.length > contextBytes) {
            throw new IllegalArgumentException(
                    name + " of " + bytes.length + " bytes; there is room for " + contextBytes);
        }
        memory.putBytes(contextStart, bytes);
        context = new Region(name, contextStart, bytes.length, writable);
        return contextStart;
    }

    /** Returns the bytes of the context, as the last run left them. */
    public byte[] context() {
        return memory.getBytes(contextStart, (int) context.size());
    }

    /** Sets how many instructions a checked run may take: at least that many, at most a program's length more. */
    public void setBudget(long instructions) {
        budget = instructions;
    }

    /** Returns how many instructions a checked run may take. */
    public long budget() {
        return budget;
    }

    /** Returns the address of the {@value #CONTROL_BYTES} bytes that are the engine's own. */
    public long control() {
        return control;
    }

    /** Returns the address behind the stack: R10 of the main function. */
    public long stackTop() {
        return stackTop;
    }

    /** Returns where the context is. */
    public Region contextRegion() {
        return context;
    }

    /** Returns the program that runs. */
    public Executable current() {
        return current;
    }

    /** Says which function is innermost, by its R10, where generated code has kept account itself. */
    public void resume(long frame) {
        stackFloor = frame - FRAME_BYTES;
        depth = (int) ((stackTop - frame) / FRAME_BYTES);
    }

    /** Returns the machine. */
    public Machine machine() {
        return machine;
    }

    /** Returns the machine's memory. */
    public Memory memory() {
        return memory;
    }

    /** Returns the world that helpers ask. */
    public Environment environment() {
        return environment;
    }

    /** Returns which values of per-CPU maps are this thread's. */
    public int shard() {
        return shard;
    }

    /** Returns the address of {@link #SCRATCH_BYTES} bytes for a helper to use while it runs. */
    public long scratch() {
        return stackTop;
    }

    /** Starts a run; engines call it first. Returns R10 of the main function. */
    public long begin(Executable program, Checking checking) {
        current = program;
        checked = checking == Checking.FULL;
        depth = 0;
        stackFloor = stackTop - FRAME_BYTES;
        tailCalls = 0;
        if (!records.isEmpty()) {
            abandonRecords();
        }
        // What is not checked may touch all memory, and as long as it likes.
        budgetLeft = checked ? budget : Long.MAX_VALUE;
        recentStart = memoryBase;
        recentSize = checked ? 0 : memory.size();
        recentWritable = !checked;
        return stackTop;
    }

    /** Discards what the last run reserved and, as it trapped, did not end: consumers would wait for it. */
    private void abandonRecords() {
        for (Region record : records) {
            for (BpfMap map : machine.maps().all()) {
                if (map instanceof RingMap ring && ring.holds(record.start())) {
                    ring.commit(record.start(), true, 0);
                }
            }
        }
        records.clear();
    }

    /** Enters a function; returns its R10. To be followed by {@link #leave}, except after a fault. */
    public long enter() {
        if (++depth == MAX_FRAMES) {
            throw tooDeep();
        }
        long frame = stackFloor;
        stackFloor -= FRAME_BYTES;
        return frame;
    }

    /** Leaves a function. */
    public void leave() {
        depth--;
        stackFloor += FRAME_BYTES;
    }

    /** Returns R10 of the innermost function. */
    public long frame() {
        return stackFloor + FRAME_BYTES;
    }

    /** Takes instructions from what the run may still do: at each jump back, the length of the loop. */
    public void spend(int instructions) {
        budgetLeft -= instructions;
        if (budgetLeft < 0) {
            throw outOfBudget();
        }
    }

    /** Returns what is thrown when a run has taken too many instructions. */
    public Fault outOfBudget() {
        return new Fault(Kind.BUDGET, "the budget of " + budget + " instructions is used up");
    }

    /** Returns what is thrown when too many functions are active. */
    public Fault tooDeep() {
        return new Fault(Kind.CALL_DEPTH, "more than " + MAX_FRAMES + " functions deep");
    }

    /** Takes instructions from what the run may still do if it may do as many. */
    boolean canSpend(int instructions) {
        long left = budgetLeft - instructions;
        if (left < 0) {
            return false;
        }
        budgetLeft = left;
        return true;
    }

    /** Returns whether a program may read, if that is known at once. */
    boolean canRead(long address, int bytes) {
        return isRecent(address, bytes) || isInStack(address, bytes);
    }

    /** Returns whether a program may write, if that is known at once. */
    boolean canWrite(long address, int bytes) {
        return recentWritable && isRecent(address, bytes) || isInStack(address, bytes);
    }

    /** Returns the index in the memory's buffer of an address that a program may access. */
    int index(long address) {
        return (int) (address - memoryBase);
    }

    private boolean isInStack(long address, int bytes) {
        long offset = address - stackFloor;
        return offset >= 0 && offset <= stackTop - stackFloor - bytes;
    }

    private boolean isRecent(long address, int bytes) {
        long offset = address - recentStart;
        return offset >= 0 && offset <= recentSize - bytes;
    }

    /**
     * Checks an access of a program.
     *
     * @return the index in the memory's buffer
     * @throws Fault if the access is not inside one region, or writes to one that may only be read
     */
    public int locate(long address, int bytes, boolean write) {
        if (!(write ? canWrite(address, bytes) : canRead(address, bytes))) {
            locateElsewhere(address, bytes, write);
        }
        return index(address);
    }

    private void locateElsewhere(long address, int bytes, boolean write) {
        Region region = find(address, bytes);
        if (region == null) {
            throw new Fault(Kind.OUT_OF_BOUNDS, (write ? "writes " : "reads ") + place(address, bytes)
                    + ", which " + (bytes == 1 ? "is" : "are") + " outside of all that it may touch"
                    + nearest(address));
        }
        if (write && !region.writable()) {
            throw new Fault(Kind.READ_ONLY, "writes " + place(address, bytes) + " of " + region.name()
                    + ", which may only be read");
        }
        recentStart = address - (address - region.start()) % region.stride();
        recentSize = region.elementSize();
        recentWritable = region.writable();
    }

    private Region find(long address, int bytes) {
        if (context.contains(address, bytes)) {
            return context;
        }
        Region map = machine.regions().nearest(address);
        if (map != null && map.contains(address, bytes)) {
            return map;
        }
        for (Region one : records) {
            if (one.contains(address, bytes)) {
                return one;
            }
        }
        return null;
    }

    private static String place(long address, int bytes) {
        return bytes + (bytes == 1 ? " byte at 0x" : " bytes at 0x") + Long.toHexString(address);
    }

    private String nearest(long address) {
        List<Region> candidates = new ArrayList<>(records);
        candidates.add(new Region("the stack", stackFloor, stackTop - stackFloor, true));
        candidates.add(context);
        Region map = machine.regions().nearest(address);
        if (map != null) {
            candidates.add(map);
        }
        Region region = Collections.min(candidates, Comparator.comparingLong(one -> distance(one, address)));
        return distance(region, address) >= FRAME_BYTES
                ? ""
                : ": offset " + (address - region.start()) + " of " + region.name() + ", which has "
                        + region.size()
                        + " bytes";
    }

    private static long distance(Region region, long address) {
        return Math.max(0, Math.max(region.start() - address, address - region.end()));
    }

    /** Checks that the address of an atomic access is aligned, and where runs are checked, as {@link #locate} does. */
    public int locateAtomic(long address, int bytes) {
        if ((address & bytes - 1) != 0) {
            throw new Fault(Kind.MISALIGNED,
                    "atomic access to " + place(address, bytes) + ", which is misaligned");
        }
        return checked ? locate(address, bytes, true) : memory.index(address, bytes);
    }

    /** Checks memory that a helper is given, where runs are checked. */
    public void check(long address, long bytes, boolean write) {
        if (checked && bytes != 0) {
            if (bytes < 0 || bytes > Integer.MAX_VALUE) {
                throw new Fault(Kind.BAD_ARGUMENT, "a helper is given a size of " + bytes);
            }
            locate(address, (int) bytes, write);
        }
    }

    /** Returns whether the program that runs was not proved to be safe. */
    public boolean isChecked() {
        return checked;
    }

    /** Lets the program write to a record that it reserved. */
    public void addRecord(Region record) {
        if (checked) {
            records.add(record);
        }
    }

    /** Ends a record; where runs are checked, it must be one that was reserved. */
    public void removeRecord(long start) {
        if (!checked) {
            return;
        }
        recentSize = 0;
        if (!records.removeIf(record -> record.start() == start)) {
            throw new Fault(Kind.BAD_ARGUMENT, "0x" + Long.toHexString(start) + " is not a reserved record");
        }
    }

    /** Counts a tail call; returns whether there may be one more. */
    boolean countTailCall() {
        return tailCalls++ < MAX_TAIL_CALLS;
    }

    /** Makes a program the one that helpers call back; returns the one that was. */
    Executable makeCurrent(Executable program) {
        Executable previous = current;
        current = program;
        return previous;
    }

    /**
     * Runs a function of the current program, for a helper.
     *
     * @param function its address, as the program gave it
     */
    public long callBack(long function, long first, long second, long third, long fourth) {
        long slot = function - FUNCTION_ADDRESS;
        if (slot < 0 || slot > Integer.MAX_VALUE) {
            throw new Fault(Kind.BAD_ARGUMENT, "0x" + Long.toHexString(function) + " is not a function");
        }
        return current.callFunction(this, (int) slot, first, second, third, fourth);
    }
}
