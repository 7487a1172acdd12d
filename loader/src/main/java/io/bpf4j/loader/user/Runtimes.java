package io.bpf4j.loader.user;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import java.nio.file.Path;

/**
 * What a process needs for itself.
 *
 * @param go whether it is a Go program, whose stacks are small
 * @param jvm whether a Java virtual machine runs in it, which lives by SIGSEGV
 */
record Runtimes(boolean go, boolean jvm) {

    /** Looks at a process. */
    static Runtimes of(MemoryMaps maps) {
        return new Runtimes(isGo(Path.of("/proc", Integer.toString(maps.pid()), "exe")),
                maps.mappings().stream().map(Mapping::name).anyMatch(name -> name.endsWith("/libjvm.so")));
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
        return go || jvm ? UserReads.SYSTEM_CALL : UserReads.FAULT_TABLE;
    }
}
