package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.RemoteCalls;
import io.bpf4j.loader.inject.RemoteMappings;
import io.bpf4j.loader.inject.StoppedProcess;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.inject.Tracer;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Finds the arenas of other sessions in a process, and undoes the work of those whose tool has died. */
final class Leftovers {

    private final Tracer tracer;
    private final int pid;

    /** A session's arena in the process. */
    private record Found(Mapping mapping, SessionHeader.Directory directory,
            List<SessionHeader.Journal> journals) {}

    Leftovers(Tracer tracer, int pid) {
        this.tracer = tracer;
        this.pid = pid;
    }

    /** Undoes what dead tools left; what live ones do stays. */
    void remove() {
        MemoryMaps maps = MemoryMaps.of(pid);
        List<Mapping> arenas = maps.mappings().stream().filter(SharedArena::isArena).toList();
        if (arenas.isEmpty()) {
            return;
        }
        try (TargetMemory memory = TargetMemory.open(pid)) {
            for (Mapping arena : arenas) {
                Found found = read(memory, arena);
                if (found != null && !isAlive(found.directory().tool())) {
                    remove(found);
                }
            }
        }
    }

    private static Found read(TargetMemory memory, Mapping arena) {
        SessionHeader.Directory directory = SessionHeader
                .read(memory.read(arena.start(), SessionHeader.BYTES));
        if (directory == null) {
            return null;
        }
        List<SessionHeader.Journal> journals = new ArrayList<>();
        for (int i = 0; i < directory.count(); i++) {
            long at = arena.start() + directory.journals() + (long) SessionHeader.JOURNAL_BYTES * i;
            if (at + SessionHeader.JOURNAL_BYTES > arena.end()) {
                break;
            }
            SessionHeader.Journal journal = SessionHeader
                    .read(ByteBuffer.wrap(memory.read(at, SessionHeader.JOURNAL_BYTES))
                            .order(ByteOrder.LITTLE_ENDIAN));
            if (journal.arena() == arena.start()) {
                journals.add(journal);
            }
        }
        return new Found(arena, directory, journals);
    }

    private static boolean isAlive(SessionHeader.Tool tool) {
        try {
            return ProcessWatch.of(tool.pid()).startTicks() == tool.startTicks();
        } catch (NoSuchProcessException e) {
            return false;
        }
    }

    private void remove(Found found) {
        tracer.run(() -> {
            try (StoppedProcess process = StoppedProcess.stop(tracer, pid)) {
                for (SessionHeader.Journal journal : found.journals()) {
                    restore(process, journal.edits());
                }
                unmap(process, found);
            }
        });
    }

    /** Puts original bytes back wherever a session's own are, and counts semaphores down. */
    static void restore(StoppedProcess process, List<Edit> edits) {
        MemoryMaps maps = process.maps();
        for (Edit edit : edits.reversed()) {
            try {
                if (Semaphores.isIncrement(edit, maps)) {
                    Semaphores.decrement(process, edit);
                } else if (edit.isIn(process.memory().read(edit.address(), edit.replacement().length))) {
                    process.memory().write(edit.address(), edit.original());
                }
            } catch (InjectException e) {
                continue; // the code is not there any more
            }
        }
    }

    private void unmap(StoppedProcess process, Found found) {
        List<SessionHeader.Journal> journals = found.journals();
        if (!journals.stream().allMatch(journal -> process.isIdle(journal.code()))) {
            return; // a later attempt will find it again
        }
        try (RemoteCalls calls = process.remoteCalls()) {
            RemoteMappings mappings = new RemoteMappings(process, calls);
            for (SessionHeader.Journal journal : journals) {
                if (!new SignalHandlers(calls, process.memory()).restore(journal.actions())) {
                    return; // its handler may still be called
                }
                mappings.unmap(journal.code());
                mappings.unmap(journal.blocks());
            }
            mappings.unmap(new Range(found.mapping().start(), found.mapping().end()));
        }
    }
}
