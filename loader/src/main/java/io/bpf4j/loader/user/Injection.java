package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.RemoteCalls;
import io.bpf4j.loader.inject.RemoteMappings;
import io.bpf4j.loader.inject.StoppedProcess;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.user.SessionHeader.Actions;
import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.trampoline.TidSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a session has put into one process within reach of one piece of code. The order of changes is such that the tool
 * may die after any of them: the arena, the thread blocks and the code are mapped, code is written where nobody
 * executes, the journal names each edit, and only then the process's own code is patched.
 */
final class Injection implements AutoCloseable {

    /** How many threads can have a block at a time. */
    static final int THREAD_BLOCKS = 1024;

    private static final int MADV_WIPEONFORK = 18;
    /** How long to wait for a program that runs, which its thread may be kept from doing. */
    private static final long LONGEST_RUN_NANOS = 100_000_000;
    /** How often to try again when a thread stands where a patch goes, or may still come to our code. */
    private static final int TRIES = 50;

    private final Tracer tracer;
    private final int pid;
    private final SharedArena arena;
    /** In the arena, in bytes from its start. */
    private final long journal;
    private Range arenaRange;
    private Range blocks;
    private Range code;
    /** Where threads may be, or return to, without a program that runs. */
    private List<Range> waysBack = List.of();
    private int blockBytes;
    private TidSource tid;
    private long stoppedNanos;

    Injection(Tracer tracer, int pid, SharedArena arena) {
        this.tracer = tracer;
        this.pid = pid;
        this.arena = arena;
        this.journal = arena.takeJournal();
    }

    /** Returns the process's id. */
    int pid() {
        return pid;
    }

    /** Returns the longest time that the process stood still for us, in nanoseconds. */
    long stoppedNanos() {
        return stoppedNanos;
    }

    /** Returns where the journal is in the arena, in bytes from its start. */
    long journal() {
        return journal;
    }

    /** Returns where the journal is in this process. */
    private long journalHere() {
        return arena.memory().base() + journal;
    }

    /** Returns where the process has the arena. */
    long arenaAddress() {
        return arenaRange.start();
    }

    /** Returns where the process has the thread blocks. */
    long blocksAddress() {
        return blocks.start();
    }

    /** Returns how its threads find their ids. */
    TidSource tid() {
        return tid;
    }

    /** Returns how many hits found no thread block, or a program running in their thread already. */
    long missed() {
        return arena.memory().getLong(journalHere() + SessionHeader.MISSED);
    }

    /**
     * Maps what is needed.
     *
     * @param near what the code must be within reach of
     */
    void map(long near, int codeBytes, int bytesOfBlock, boolean go) {
        blockBytes = bytesOfBlock;
        stopped(process -> {
            try (RemoteCalls calls = process.remoteCalls()) {
                RemoteMappings mappings = new RemoteMappings(process, calls);
                arenaRange = mappings.mapShared(arena.file(), arena.size());
                blocks = mappings.mapData((long) THREAD_BLOCKS * blockBytes);
                mappings.advise(blocks, MADV_WIPEONFORK);
                code = mappings.mapCode(near, codeBytes);
            }
            tid = new TidFinder(process).find(go);
        });
        SessionHeader.place(arena.memory(), journalHere(), code, blocks, arenaRange.start());
    }

    /**
     * Writes the code, then leads the process's own code to it.
     *
     * @param semaphores the addresses of counters to be incremented
     * @throws InjectException if that is impossible; the process's code is as it was then
     */
    void patch(CodeImage image, List<Long> semaphores) {
        waysBack = image.waysBack(code.start());
        try (TargetMemory memory = TargetMemory.open(pid)) {
            memory.write(code.start(), image.link(code.start()));
        }
        List<Edit> edits = image.edits(code.start());
        for (int i = 0; i < TRIES; i++) {
            boolean[] done = new boolean[1];
            stopped(process -> {
                done[0] = apply(process, image, edits);
                if (done[0]) {
                    semaphores.forEach(address -> write(process, Semaphores.increment(process, address)));
                }
            });
            if (done[0]) {
                return;
            }
        }
        throw new InjectException(InjectException.Reason.NOT_STOPPABLE, "threads of process " + pid
                + " never left the instructions to be patched; try again");
    }

    private boolean apply(StoppedProcess process, CodeImage image, List<Edit> edits) {
        if (isInside(process, edits)) {
            return false;
        }
        for (Edit edit : edits) {
            edit.check(process.memory().read(edit.address(), edit.original().length)).ifPresent(refusal -> {
                throw new InjectException(InjectException.Reason.ALREADY_TRACED, refusal.text());
            });
        }
        if (image.faultHandler().isPresent()) {
            handleFaults(process, code.start() + image.faultHandler().getAsInt(),
                    code.start() + image.signalReturn());
        }
        edits.forEach(edit -> write(process, edit));
        return true;
    }

    private void write(StoppedProcess process, Edit edit) {
        SessionHeader.add(arena.memory(), journalHere(), edit);
        process.memory().write(edit.address(), edit.replacement());
    }

    private void handleFaults(StoppedProcess process, long handler, long signalReturn) {
        Memory memory = arena.memory();
        try (RemoteCalls calls = process.remoteCalls()) {
            SignalHandlers handlers = new SignalHandlers(calls, process.memory());
            Actions own = handlers.own(handler);
            memory.putLong(journalHere() + ProcessBlock.OLD_SEGMENT_HANDLER.offset(),
                    SignalHandlers.handlerOf(own.segment()));
            memory.putLong(journalHere() + ProcessBlock.OLD_BUS_HANDLER.offset(),
                    SignalHandlers.handlerOf(own.bus()));
            SessionHeader.put(memory, journalHere(), own);
            handlers.install(own, signalReturn);
        }
    }

    /** Returns whether a thread would go on in the middle of a patch, at once or when a signal's handler returns. */
    private static boolean isInside(StoppedProcess process, List<Edit> edits) {
        return !process.isIdleNearby(edits.stream().filter(edit -> edit.original().length > 1)
                .map(edit -> Range.of(edit.address() + 1, edit.original().length - 1)).toList());
    }

    /** Waits until every thread has been seen that runs no program, in the process and those forked from it. */
    void awaitRunningPrograms() {
        for (int process : arena.users()) {
            try (TargetMemory memory = TargetMemory.open(process)) {
                for (int i = 0; i < THREAD_BLOCKS; i++) {
                    awaitBlock(memory, blocks.start() + (long) i * blockBytes);
                }
            } catch (InjectException e) {
                continue; // it has ended, and its programs with it
            }
        }
    }

    private static void awaitBlock(TargetMemory memory, long block) {
        long deadline = System.nanoTime() + LONGEST_RUN_NANOS;
        while (memory.read(block + ThreadBlock.BUSY.offset(), 1)[0] != 0
                && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
    }

    /** Puts the process's own code back, and that of processes that were forked from it; what was mapped stays. */
    void detach() {
        SessionHeader.Journal written = SessionHeader.read(arena.journal(journal));
        Set<Integer> done = new HashSet<>();
        List<Integer> found = arena.users();
        while (done.addAll(found)) { // one of them may have forked before it was restored
            found.forEach(
                    process -> attempt(process, stopped -> Leftovers.restore(stopped, written.edits())));
            found = arena.users().stream().filter(process -> !done.contains(process)).toList();
        }
        SessionHeader.clear(arena.memory(), journalHere());
    }

    /** Detaches, and takes out what was mapped as soon as no thread can come to it any more. */
    @Override
    public void close() {
        if (code == null) {
            return;
        }
        detach();
        SessionHeader.Journal written = SessionHeader.read(arena.journal(journal));
        for (int process : arena.users()) {
            boolean[] done = new boolean[1];
            for (int i = 0; i < TRIES && !done[0]; i++) {
                attempt(process, stopped -> done[0] = unmap(stopped, written.actions()));
            }
        }
    }

    private boolean unmap(StoppedProcess process, Actions actions) {
        if (process.maps().at(arenaRange.start()).filter(SharedArena::isArena).isEmpty()) {
            return true; // it runs another program now
        }
        try (RemoteCalls calls = process.remoteCalls()) {
            // Programs that still run may fault: until the last has ended, the handler has to be there.
            if (isInUse(process) || !new SignalHandlers(calls, process.memory()).restore(actions)) {
                return false;
            }
            RemoteMappings mappings = new RemoteMappings(process, calls);
            mappings.unmap(code);
            mappings.unmap(blocks);
            mappings.unmap(arenaRange);
            return true;
        }
    }

    /** Returns whether a thread may still come to our code: it is in it, or has an address of it to go back to. */
    private boolean isInUse(StoppedProcess process) {
        for (int i = 0; i < THREAD_BLOCKS; i++) {
            long busy = blocks.start() + (long) i * blockBytes + ThreadBlock.BUSY.offset();
            if (process.memory().read(busy, 1)[0] != 0) {
                return true;
            }
        }
        boolean isInside = process.threads().stream()
                .anyMatch(thread -> code.contains(process.registers(thread).instructionPointer()));
        return isInside || !process.isIdle(waysBack);
    }

    /** Something to do while the process stands still. */
    @FunctionalInterface
    private interface Task {
        void run(StoppedProcess process);
    }

    private void stopped(Task task) {
        stopped(pid, task);
    }

    private void stopped(int which, Task task) {
        tracer.run(() -> {
            StoppedProcess process = StoppedProcess.stop(tracer, which);
            try (process) {
                task.run(process);
            }
            stoppedNanos = Math.max(stoppedNanos, process.stoppedNanos());
        });
    }

    /** Does something to a process that may end at any moment, or be somebody else's. */
    private void attempt(int which, Task task) {
        try {
            stopped(which, task);
        } catch (InjectException | ProcessException e) {
            return; // what is left there does no harm, and the next tool finds it
        }
    }
}
