package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.loader.sys.TraceCalls;
import io.bpf4j.loader.sys.TraceCalls.Resume;
import io.bpf4j.loader.sys.WaitStatus;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.patch.Range;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Calls made inside a stopped process by one of its threads, the carrier. {@link #close} gives that thread back, its
 * registers, blocked signals and interrupted system call as they were.
 *
 * <p>The tracer may die at any moment, and the process goes on: the order is
 * <ol>
 * <li>a {@link ReturnFrame} is written to unused stack, the {@link CarrierStub} over the program's entry point;</li>
 * <li>the carrier's registers are set, in one step, to the stub and the frame: from here on, it would make the call in
 * hand, and go on as before by way of the frame;</li>
 * <li>its signals are blocked, so that none is handled upon registers that are ours; the frame would unblock them;</li>
 * <li>calls are made, each from stop to stop;</li>
 * <li>its signals are unblocked, then its own registers are set, in one step;</li>
 * <li>the entry point and the stack get back what they held.</li>
 * </ol>
 */
public final class RemoteCalls implements AutoCloseable {
    private static final Duration SYSTEM_CALL_LIMIT = Duration.ofSeconds(5);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(1);
    /** All but SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV and SIGSYS: blocking those would reset their handlers. */
    private static final long BLOCKED = ~(1L << 3 | 1L << 4 | 1L << 6 | 1L << 7 | 1L << 10 | 1L << 30);
    private static final long PLAIN_FLAGS = 0x202; // bit 1 is always set, IF as always in user mode
    private static final PtRegs[] CALL_ARGUMENTS = {PtRegs.DI, PtRegs.SI, PtRegs.DX, PtRegs.R10, PtRegs.R8,
        PtRegs.R9};
    private static final PtRegs[] FUNCTION_ARGUMENTS = {PtRegs.DI, PtRegs.SI, PtRegs.DX, PtRegs.CX, PtRegs.R8,
        PtRegs.R9};
    private static final int STACK_ALIGNMENT = 16;
    private static final int ERROR_RETRIES = 3;

    /** The bytes at {@link #scratch}. */
    public static final int SCRATCH_SIZE = 4096;

    private final StoppedProcess process;
    private final TracedThread carrier;
    private final TraceCalls trace;
    private final TargetMemory memory;
    private final BorrowedPlaces places;
    private final Registers saved;
    private final long savedMask;
    private final ReturnFrame frame;
    private final byte[] savedCode;
    private final byte[] savedData;
    private boolean scratchUsed;
    private boolean moved;
    private boolean closed;

    RemoteCalls(StoppedProcess process, TracedThread carrier, TraceCalls trace, BorrowedPlaces places) {
        this.process = process;
        this.carrier = carrier;
        this.trace = trace;
        this.memory = process.memory();
        this.places = places;
        saved = process.registers(carrier.id());
        savedMask = carrier.signalMask();
        frame = new ReturnFrame(saved, savedMask, trace.vectorState(carrier.id()));
        savedCode = savedCode();
        savedData = memory.read(places.data().start(), BorrowedPlaces.DATA_SIZE);
        places.requireFree(process.pid(), savedData, process.mainStackPointer());
        memory.write(frameAddress(), frame.bytes(frameAddress(), 0));
        memory.write(places.code(), CarrierStub.code());
        carrier.setRegisters(at(Syscall.GETPID, frameAddress()));
        trace.setSignalMask(carrier.id(), BLOCKED);
    }

    /** What is at the entry point, or was before a tool that died: then only if nobody needs what that one left. */
    private byte[] savedCode() {
        byte[] stub = CarrierStub.code();
        byte[] found = memory.read(places.code(), stub.length);
        // Every process has the entry point itself on its stack: the kernel put it there (AT_ENTRY).
        var inside = new Range(places.code() + 1, places.code() + stub.length + 1);
        if (!Arrays.equals(found, stub) || !process.isIdle(inside)) {
            return found;
        }
        return places.originalCode(process.mapsBefore(), stub.length).orElse(found);
    }

    /** Above room that a signal handler could use as its stack if the tracer died. */
    private long frameAddress() {
        return alignedFrame(places.data().end() - frame.size());
    }

    /** So that a function that finds the frame's start on top of its stack has that aligned as the ABI says. */
    private static long alignedFrame(long address) {
        return (address & -STACK_ALIGNMENT) - Long.BYTES;
    }

    private Registers at(Syscall call, long frameAddress, long... arguments) {
        Map<PtRegs, Long> values = new EnumMap<>(PtRegs.class);
        for (int i = 0; i < arguments.length; i++) {
            values.put(CALL_ARGUMENTS[i], arguments[i]);
        }
        values.put(PtRegs.AX, (long) call.number());
        values.put(PtRegs.IP, places.code());
        values.put(PtRegs.SP, frameAddress + Long.BYTES);
        values.put(PtRegs.ORIG_AX, -1L);
        values.put(PtRegs.FLAGS, PLAIN_FLAGS);
        return saved.with(values);
    }

    /** Returns where arguments and results of calls may be put: {@link #SCRATCH_SIZE} bytes, until these calls end. */
    public long scratch() {
        scratchUsed = true;
        return places.data().start();
    }

    /**
     * Makes a system call. One that waits for something would wait for ever, as all other threads stand still.
     *
     * @param arguments up to six
     * @return the result, or a negated error number
     */
    public long call(Syscall call, long... arguments) {
        for (int i = 0; i < ERROR_RETRIES; i++) {
            long result = callOnce(call, arguments);
            if (!Restart.isRestart(result)) {
                return result;
            }
        }
        throw failed(call + " was interrupted again and again");
    }

    /**
     * As {@link #call}, with an exception for an error.
     *
     * @throws SystemCallException if the result is a negated error number
     */
    public long require(Syscall call, String what, long... arguments) {
        return SystemCallException.check(call(call, arguments), call.spelling(),
                () -> what + " in process " + process.pid());
    }

    private long callOnce(Syscall call, long... arguments) {
        carrier.setRegisters(at(call, frameAddress(), arguments));
        moved = true;
        long deadline = System.nanoTime() + SYSTEM_CALL_LIMIT.toNanos();
        awaitSystemCall(deadline, call.spelling()); // about to enter
        awaitSystemCall(deadline, call.spelling()); // done
        return carrier.registers().get(PtRegs.AX);
    }

    /**
     * Calls a function in the process, with all of its other threads standing still: it must not wait for any of them.
     *
     * @param address where the function begins
     * @param stack memory of our own for it to run on, readable and writable
     * @param limit how long it may take; after that the thread is taken out of it wherever it is
     * @param arguments up to six integers or addresses
     * @return what it leaves in {@code rax}
     * @throws InjectException if it faults, ends the thread, or does not come back in time
     */
    public long callFunction(long address, Range stack, Duration limit, long... arguments) {
        long frameAddress = alignedFrame(stack.end() - frame.size());
        long returnAddress = places.code() + CarrierStub.AFTER_CALL;
        memory.write(frameAddress, frame.bytes(frameAddress, returnAddress));
        Map<PtRegs, Long> values = new EnumMap<>(PtRegs.class);
        for (int i = 0; i < arguments.length; i++) {
            values.put(FUNCTION_ARGUMENTS[i], arguments[i]);
        }
        values.put(PtRegs.AX, 0L); // no vector registers, for a function with variable arguments
        values.put(PtRegs.IP, address);
        values.put(PtRegs.SP, frameAddress);
        values.put(PtRegs.ORIG_AX, -1L);
        values.put(PtRegs.FLAGS, PLAIN_FLAGS);
        carrier.setRegisters(saved.with(values));
        moved = true;
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            awaitSystemCall(deadline, "the function at 0x%x".formatted(address));
            Registers now = carrier.registers();
            if (now.instructionPointer() == places.code() + CarrierStub.code().length) {
                // Not really rt_sigreturn: the thread stays ours, and without us would try that once more.
                carrier.setRegisters(now.with(Map.of(PtRegs.ORIG_AX, -1L, PtRegs.IP, returnAddress)));
                awaitSystemCall(deadline, "leaving the function");
                return now.get(PtRegs.DI);
            }
        }
    }

    /** Lets the carrier run until it enters or leaves a system call. */
    private void awaitSystemCall(long deadline, String what) {
        int signal = 0;
        while (true) {
            carrier.resume(Resume.TO_SYSTEM_CALL, signal);
            Optional<WaitStatus> status = carrier.await(deadline);
            if (status.isEmpty()) {
                carrier.interrupt();
                carrier.awaitStopHoldingSignals(STOP_LIMIT);
                throw failed("%s did not come back in time; it was at 0x%x".formatted(what,
                        carrier.registers().instructionPointer()));
            }
            switch (status.get().kind()) {
                case SYSTEM_CALL -> {
                    return;
                }
                case ENDED -> throw new InjectException(Reason.NO_SUCH_PROCESS,
                        "process %d ended during %s".formatted(process.pid(), what));
                case SIGNAL -> hold(status.get().signal(), what);
                case INTERRUPTED, GROUP_STOPPED -> signal = 0; // SIGCONT or an earlier request; not our concern here
                default -> throw new AssertionError(status);
            }
        }
    }

    private void hold(int signal, String what) {
        if (trace.isFault(carrier.id())) {
            throw failed("%s was ended by signal %d at 0x%x".formatted(what, signal,
                    carrier.registers().instructionPointer()));
        }
        carrier.heldSignals().add(signal);
    }

    private InjectException failed(String what) {
        return new InjectException(Reason.CALL_FAILED, "in process %d, %s".formatted(process.pid(), what));
    }

    /** The carrier's own registers, which the thread itself does not hold at the moment. */
    Registers saved() {
        return saved;
    }

    TracedThread carrier() {
        return carrier;
    }

    /**
     * Gives the carrier back.
     *
     * @throws InjectException if the process has gone
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        process.callsClosed();
        if (carrier.ended()) {
            return;
        }
        if (!carrier.stopped()) {
            process.abandon(); // it goes on by its frame
            return;
        }
        if (moved) {
            // The kernel looks after an interrupted system call only on its way out of such a stop.
            carrier.interrupt();
            carrier.resume(Resume.RUN, 0);
            carrier.awaitStopHoldingSignals(STOP_LIMIT);
        }
        trace.setSignalMask(carrier.id(), savedMask);
        carrier.setRegisters(saved);
        memory.write(places.code(), savedCode);
        restoreData(frameAddress(), frame.size());
        if (scratchUsed) {
            restoreData(places.data().start(), SCRATCH_SIZE);
        }
    }

    private void restoreData(long address, int length) {
        int from = (int) (address - places.data().start());
        memory.write(address, Arrays.copyOfRange(savedData, from, from + length));
    }
}
