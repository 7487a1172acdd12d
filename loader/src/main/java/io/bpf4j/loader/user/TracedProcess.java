package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.program.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of a process that is traced: the code that it has loaded, and where that carries probes. It loads more
 * while it runs (dlopen), unloads some, or becomes another program (execve).
 */
final class TracedProcess {

    /** What has become of a process since it was looked at last. */
    enum Change {
        NONE,
        /** It has loaded or unloaded code. */
        CODE,
        /** It has become another program: whatever was in it is gone. */
        PROGRAM,
        /** It is not there any more, or does not let us look. */
        ENDED
    }

    /** A file's code at an address. */
    private record Loaded(long inode, long start) {}

    /** A program at a place of a file. */
    private record Attached(String program, Placement.Moment moment, String path, long fileOffset) {}

    private final int pid;
    private final long arena;
    private byte[] listing = {};
    private Set<Loaded> loaded = Set.of();
    private boolean injected;
    private final Map<Attached, Long> inodes = new HashMap<>();
    /** By the inode of the file that they are in. */
    private final Map<Long, List<PlannedHook>> hooks = new HashMap<>();
    private final Set<Long> modules = new HashSet<>();
    private final List<Attachment> made = new ArrayList<>();
    private final List<Attachment> skipped = new ArrayList<>();

    /**
     * Knows nothing yet.
     *
     * @param arena the inode of the session's arena, by which it is told whether the process still has it
     */
    TracedProcess(int pid, long arena) {
        this.pid = pid;
        this.arena = arena;
    }

    int pid() {
        return pid;
    }

    /** Returns whether a place is to be attached: the others have been. */
    boolean isNew(Placement placement) {
        return !inodes.containsKey(attached(placement));
    }

    /** Returns whether a program is attached anywhere. */
    boolean carries(Program program) {
        return inodes.keySet().stream().anyMatch(attached -> attached.program().equals(program.name()));
    }

    private static Attached attached(Placement placement) {
        return new Attached(placement.program().name(), placement.moment(), placement.site().path(),
                placement.site().fileOffset());
    }

    /** Returns what patches need that are there. */
    List<Range> occupied() {
        return hooks.values().stream().flatMap(List::stream).flatMap(hook -> hook.ranges().stream()).toList();
    }

    /** Forgets what could not be attached: it is tried again. */
    void retry() {
        skipped.clear();
    }

    /** Takes note of a probe that is not attached. */
    void skip(Attachment attachment) {
        skipped.add(attachment);
    }

    /** Takes note of hooks that have been made. */
    void attached(List<PlannedHook> newHooks, List<Attachment> attachments, MemoryMaps maps) {
        injected |= !newHooks.isEmpty();
        made.removeAll(attachments); // of a file that was unloaded meanwhile
        made.addAll(attachments);
        for (PlannedHook hook : newHooks) {
            long inode = maps.at(hook.address()).map(Mapping::inode).orElse(0L);
            hook.placements().forEach(placement -> inodes.put(attached(placement), inode));
            hooks.computeIfAbsent(inode, file -> new ArrayList<>()).add(hook);
        }
    }

    /** Takes note of probes at system calls that have been made. */
    void attached(List<Attachment> attachments) {
        injected |= attachments.stream().anyMatch(attachment -> attachment.sites() > 0);
        made.addAll(attachments.stream().filter(attachment -> attachment.sites() > 0).toList());
    }

    /** Returns where modules begin whose system calls have been looked at; grows. */
    Set<Long> modules() {
        return modules;
    }

    /** Returns what became of each probe point. */
    List<Attachment> attachments() {
        List<Attachment> all = new ArrayList<>(made);
        all.addAll(skipped);
        return all;
    }

    /** Returns how many places carry a probe. */
    int sites() {
        return hooks.values().stream().mapToInt(List::size).sum();
    }

    /** Returns whether a probe waits for code that is not loaded. */
    boolean isWaiting() {
        return skipped.stream().flatMap(attachment -> attachment.skipped().stream())
                .anyMatch(skip -> skip.reason() == Attachment.Reason.NOT_LOADED);
    }

    /** Looks at the process: costs one read of a file unless something has changed. */
    Change look() {
        try {
            byte[] now = Files.readAllBytes(Path.of("/proc/" + pid + "/maps"));
            List<Long> fresh = reloaded();
            fresh.forEach(this::unloaded);
            if (Arrays.equals(now, listing)) {
                return fresh.isEmpty() ? Change.NONE : Change.CODE;
            }
            listing = now;
            MemoryMaps maps = MemoryMaps.of(pid);
            if (maps.mappings().isEmpty()) {
                return Change.ENDED;
            }
            if (injected && maps.mappings().stream()
                    .noneMatch(mapping -> SharedArena.isArena(mapping) && mapping.inode() == arena)) {
                forget();
                loaded = code(maps);
                return Change.PROGRAM;
            }
            Change change = compare(code(maps));
            return fresh.isEmpty() ? change : Change.CODE;
        } catch (IOException | ProcessException e) {
            return Change.ENDED;
        }
    }

    private Change compare(Set<Loaded> now) {
        if (now.equals(loaded)) {
            return Change.NONE;
        }
        loaded.stream().filter(one -> !now.contains(one)).forEach(one -> unloaded(one.inode()));
        loaded = now;
        return Change.CODE;
    }

    private static Set<Loaded> code(MemoryMaps maps) {
        Set<Loaded> code = new HashSet<>();
        for (Mapping mapping : maps.mappings()) {
            if (mapping.isExecutable() && mapping.hasFile() && !SharedArena.isArena(mapping)) {
                code.add(new Loaded(mapping.inode(), mapping.start() - mapping.offset()));
            }
        }
        return code;
    }

    /** Files that were unloaded and loaded again to where they had been: their code is as in the file. */
    private List<Long> reloaded() {
        if (hooks.isEmpty()) {
            return List.of();
        }
        try (TargetMemory memory = TargetMemory.open(pid)) {
            return hooks.entrySet().stream().filter(file -> isFresh(memory, file.getValue().getFirst()))
                    .map(Map.Entry::getKey).toList();
        } catch (InjectException e) {
            return List.of();
        }
    }

    private static boolean isFresh(TargetMemory memory, PlannedHook hook) {
        Edit edit = hook.patch().edits(hook.patch().reach().lowest()).getFirst();
        try {
            return Arrays.equals(memory.read(edit.address(), edit.original().length), edit.original());
        } catch (InjectException e) {
            return false; // it is not loaded now
        }
    }

    private void unloaded(long file) {
        inodes.values().removeIf(inode -> inode == file);
        hooks.remove(file);
    }

    private void forget() {
        injected = false;
        inodes.clear();
        hooks.clear();
        modules.clear();
        made.clear();
        skipped.clear();
    }
}
