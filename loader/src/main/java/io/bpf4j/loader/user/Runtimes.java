package io.bpf4j.loader.user;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import java.nio.file.Path;

/**
 * What a process needs for itself.
 *
 * @param go whether it is a Go program, whose stacks are small
 * @param jvm whether a Java virtual machine runs in it, which lives by SIGSEGV
 * @param blocked whether a thread has blocked the signals of faults: the kernel kills it for one then
 */
record Runtimes(boolean go, boolean jvm, boolean blocked) {

    /** SIGBUS and SIGSEGV. */
    private static final long FAULTS = 1L << 7 - 1 | 1L << 11 - 1;

    /** Looks at a process. */
    static Runtimes of(MemoryMaps maps) {
        return new Runtimes(isGo(Path.of("/proc", Integer.toString(maps.pid()), "exe")),
                maps.mappings().stream().map(Mapping::name).anyMatch(name -> name.endsWith("/libjvm.so")),
                areFaultsBlocked(maps.pid()));
    }

    private static boolean areFaultsBlocked(int pid) {
        return ProcessInfo.of(pid).threads().stream().anyMatch(thread -> {
            try {
                return (ThreadInfo.of(pid, thread).blocked() & FAULTS) != 0;
            } catch (ProcessException e) {
                return false; // it has just ended
            }
        });
    }

    private static boolean isGo(Path executable) {
        try (ElfFile file = ElfFile.open(executable)) {
            return file.isGo();
        } catch (ElfException e) {
            return false;
        }
    }

    /** Returns how programs may read its memory. */
    UserReads reads() {
        return go || jvm || blocked ? UserReads.SYSTEM_CALL : UserReads.FAULT_TABLE;
    }
}
