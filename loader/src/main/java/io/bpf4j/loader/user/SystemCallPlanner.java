package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.code.ModuleReader;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Segment;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.user.PlannedCall.Wanted;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.program.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Plans the patches around the system calls of one process, in all files whose code it has mapped. The vdso has no
 * system calls worth seeing: what it does by itself, such as clock_gettime, is none, and where it cannot, it makes a
 * call that is not seen. Code that is in no file is not looked at.
 */
final class SystemCallPlanner {

    /** How many calls that are not seen are named. */
    private static final int MOST_NAMED = 4;

    private final MemoryMaps maps;
    private final TargetMemory memory;
    private final List<Wanted> wanted;
    private final List<Range> occupied;
    private final Set<Long> done;
    private final List<PlannedCall> calls = new ArrayList<>();
    private final List<String> unseen = new ArrayList<>();

    /**
     * Plans for a process.
     *
     * @param programs of which those at system calls count
     * @param occupied what other patches need
     * @param done where modules begin that need not be looked at again; grows
     */
    SystemCallPlanner(MemoryMaps maps, TargetMemory memory, Collection<Program> programs,
            List<Range> occupied,
            Set<Long> done) {
        this.maps = maps;
        this.memory = memory;
        this.wanted = programs.stream().flatMap(program -> SystemCallPoint.of(program.attach()).stream()
                .map(point -> new Wanted(program, point))).toList();
        this.occupied = new ArrayList<>(occupied);
        this.done = done;
    }

    /** Plans for every module that was not looked at before, and returns all that was planned. */
    List<PlannedCall> plan() {
        if (!wanted.isEmpty()) {
            for (Mapping mapping : maps.mappings()) {
                if (mapping.isExecutable() && mapping.hasFile() && done.add(mapping.start())) {
                    MappedFile.of(maps.pid(), mapping).ifPresent(file -> plan(mapping, file.file()));
                }
            }
        }
        return List.copyOf(calls);
    }

    private void plan(Mapping mapping, Path path) {
        try (ElfFile file = ElfFile.open(path)) {
            Optional<Segment> segment = file.segments().stream()
                    .filter(one -> one.type() == Segment.LOAD && one.isExecutable()
                            && one.holdsOffset(Math.max(mapping.offset(), one.offset())))
                    .findFirst();
            if (file.machine() != ElfFile.MACHINE_X86_64 || segment.isEmpty()) {
                return;
            }
            long bias = mapping.start() - mapping.offset() + segment.get().offset() - segment.get().address();
            for (ModuleText module : ModuleReader.read(file, bias)) {
                Range text = module.text().range();
                if (text.start() < mapping.end() && mapping.start() < text.end()) {
                    plan(new ModuleCalls(module, wanted, occupied), mapping);
                }
            }
        } catch (ElfException e) {
            return; // a file that is mapped for execution need not be a program
        }
    }

    private void plan(ModuleCalls module, Mapping mapping) {
        for (PlannedCall call : module.calls()) {
            Range window = call.patch().detour().window();
            boolean isHere = mapping.contains(window.start()) && mapping.contains(window.end() - 1);
            if (isHere && isAsInFile(call)) {
                calls.add(call);
            } else if (isHere) {
                module.refused().add(call.site());
            }
        }
        module.refused().stream().filter(site -> mapping.contains(site.address())).forEach(site -> {
            String name = site.number().isPresent()
                    ? SystemCalls.of("x86_64").name(site.number().getAsInt()).orElse("call " + site.number())
                    : "a call";
            unseen.add("%s at %s+0x%x".formatted(name, Path.of(mapping.name()).getFileName(),
                    mapping.fileOffset(site.address())));
        });
    }

    private boolean isAsInFile(PlannedCall call) {
        try {
            for (Edit edit : call.patch().edits(call.patch().reach().lowest())) {
                if (edit.check(memory.read(edit.address(), edit.original().length)).isPresent()) {
                    return false;
                }
            }
            return true;
        } catch (InjectException e) {
            return false;
        }
    }

    /** Returns what is attached when all of it is made. */
    List<Attachment> made() {
        List<Attachment> made = new ArrayList<>();
        for (Wanted one : wanted) {
            int sites = (int) calls.stream().filter(call -> call.wanted().contains(one)).count();
            made.add(Attachment.made(one.program().name(), one.program().attach(), place(), sites));
        }
        return made;
    }

    private String place() {
        String named = unseen.stream().distinct().limit(MOST_NAMED).collect(Collectors.joining(", "));
        long rest = unseen.stream().distinct().count() - MOST_NAMED;
        return "the system calls of process " + maps.pid()
                + (unseen.isEmpty() ? "" : ", but for " + named + (rest > 0 ? " and " + rest + " more" : ""));
    }
}
