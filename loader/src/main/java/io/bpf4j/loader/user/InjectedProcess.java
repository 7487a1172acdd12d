package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.Range;
import io.bpf4j.loader.inject.RemoteCalls;
import io.bpf4j.loader.inject.RemoteMappings;
import io.bpf4j.loader.inject.StoppedProcess;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.trampoline.TidSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What a session has put into one process. The order of changes is such that the tool may die after any of them: the
 * arena, the thread blocks and the code are mapped, code is written where nobody executes, the journal names each edit,
 * and only then the process's own code is patched.
 */
final class InjectedProcess implements AutoCloseable {

    /** How many threads can have a block at a time. */
    static final int THREAD_BLOCKS = 1024;

    private static final int MADV_WIPEONFORK = 18;
    /** How often to try again when a thread stands where a patch goes, or may still come to our code. */
    private static final int TRIES = 100;

    private final Tracer tracer;
    private final ProcessWatch watch;
    private final SharedArena arena;
    /** In the arena, in bytes from its start. */
    private final long journal;
    private final List<Attachment> attachments = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();
    private Range arenaRange;
    private Range blocks;
    private Range code;
    private TidSource tid;
    private SignalHandlers handlers;
    private long stoppedNanos;

    InjectedProcess(Tracer tracer, int pid, SharedArena arena) {
        this.tracer = tracer;
        this.watch = ProcessWatch.of(pid);
        this.arena = arena;
        this.journal = arena.takeJournal();
    }

    ProcessWatch watch() {
        return watch;
    }

    int pid() {
        return watch.pid();
    }

    /** Returns what became of each probe point in the process. */
    List<Attachment> attachments() {
        return attachments;
    }

    /** Returns the longest time that the process stood still for us, in nanoseconds. */
    long stoppedNanos() {
        return stoppedNanos;
    }

    /** Returns where the journal is in the arena, in bytes from its start. */
    long journal() {
        return journal;
    }

    /** Returns where the process has the arena. */
    long arenaAddress() {
        return arenaRange.start();
    }

    /** Returns where the process has the thread blocks. */
    long blocksAddress() {
        return blocks.start();
    }

    /** Returns where the code is to be. */
    Range code() {
        return code;
    }

    /** Returns how its threads find their ids. */
    TidSource tid() {
        return tid;
    }

    /** Maps what is needed. */
    void map(long near, int codeBytes, int blockBytes, boolean go) {
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
        SessionHeader.place(arena.memory(), arena.memory().base() + journal, range(code), range(blocks),
                arenaRange.start());
    }

    private static io.bpf4j.vm.patch.Range range(Range range) {
        return new io.bpf4j.vm.patch.Range(range.start(), range.end());
    }

    /** Writes the code, then leads the process's own code to it. */
    void patch(CodeImage image) {
        try (TargetMemory memory = TargetMemory.open(pid())) {
            memory.write(code.start(), image.link(code.start()));
        }
        List<Edit> wanted = image.edits(code.start());
        for (int i = 0; i < TRIES; i++) {
            boolean[] done = new boolean[1];
            stopped(process -> done[0] = apply(process, image, wanted));
            if (done[0]) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException("threads of process " + pid() + " never left the places to patch");
    }

    private boolean apply(StoppedProcess process, CodeImage image, List<Edit> wanted) {
        if (isInside(process, wanted)) {
            return false;
        }
        for (Edit edit : wanted) {
            edit.check(process.memory().read(edit.address(), edit.original().length)).ifPresent(refusal -> {
                throw new IllegalStateException(refusal.text());
            });
        }
        if (image.faultHandler().isPresent() && handlers == null) {
            handlers = new SignalHandlers(arena.memory(), arena.memory().base() + journal);
            try (RemoteCalls calls = process.remoteCalls()) {
                handlers.install(calls, process.memory(), code.start() + image.faultHandler().getAsInt(),
                        code.start() + image.signalReturn());
            }
        }
        Memory memory = arena.memory();
        for (Edit edit : wanted) {
            SessionHeader.add(memory, memory.base() + journal, edit);
            process.memory().write(edit.address(), edit.replacement());
            edits.add(edit);
        }
        return true;
    }

    /** Returns whether a thread would go on in the middle of a patch. */
    private static boolean isInside(StoppedProcess process, List<Edit> wanted) {
        return process.threads().stream().map(thread -> process.registers(thread).instructionPointer())
                .anyMatch(at -> wanted.stream()
                        .anyMatch(edit -> at > edit.address() && at < edit.address() + edit.original().length));
    }

    /** Puts the process's own code back; what was mapped stays. */
    void detach() {
        if (edits.isEmpty() || !watch.isAlive()) {
            return;
        }
        try {
            stopped(process -> {
                for (Edit edit : edits.reversed()) {
                    if (edit.isIn(process.memory().read(edit.address(), edit.replacement().length))) {
                        process.memory().write(edit.address(), edit.original());
                    }
                }
                if (handlers != null) {
                    try (RemoteCalls calls = process.remoteCalls()) {
                        handlers.restore(calls, process.memory());
                    }
                }
            });
            edits.clear();
            SessionHeader.clear(arena.memory(), arena.memory().base() + journal);
        } catch (InjectException e) {
            if (watch.isAlive()) {
                throw e;
            }
        }
    }

    /** Detaches, and takes out what was mapped as soon as no thread can come to it any more. */
    @Override
    public void close() {
        detach();
        for (int i = 0; i < TRIES && code != null && watch.isAlive(); i++) {
            try {
                stopped(this::unmap);
            } catch (InjectException e) {
                return; // it has ended, or is somebody else's now: what is left does no harm
            }
        }
    }

    private void unmap(StoppedProcess process) {
        if (!process.isIdle(code)) {
            return;
        }
        try (RemoteCalls calls = process.remoteCalls()) {
            RemoteMappings mappings = new RemoteMappings(process, calls);
            mappings.unmap(code);
            mappings.unmap(blocks);
            mappings.unmap(arenaRange);
        }
        code = null;
    }

    /** Something to do while the process stands still. */
    @FunctionalInterface
    private interface Task {
        void run(StoppedProcess process);
    }

    private void stopped(Task task) {
        tracer.run(() -> {
            StoppedProcess process = StoppedProcess.stop(tracer, pid());
            try (process) {
                task.run(process);
            }
            stoppedNanos = Math.max(stoppedNanos, process.stoppedNanos());
        });
    }
}
