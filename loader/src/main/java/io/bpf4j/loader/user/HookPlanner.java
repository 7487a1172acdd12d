package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.site.Site;
import io.bpf4j.vm.patch.Answer;
import io.bpf4j.vm.patch.Block;
import io.bpf4j.vm.patch.FunctionAnalysis;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.Refusal;
import io.bpf4j.vm.trampoline.Hook.Moment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans the patches of one process: one hook for each place, whatever runs there. */
final class HookPlanner implements AutoCloseable {

    private final int pid;
    private final MemoryMaps maps;
    private final TargetMemory memory;
    private final Map<Path, SymbolResolver> symbols = new HashMap<>();
    private final Map<Path, List<ModuleCode>> modules = new HashMap<>();
    private final Map<Long, PlannedHook> hooks = new LinkedHashMap<>();
    private final List<Range> occupied = new ArrayList<>();
    private final List<Attachment> refused = new ArrayList<>();

    /**
     * Plans for a process.
     *
     * @param memory the process's
     * @param occupied what patches that are there already need
     */
    HookPlanner(int pid, MemoryMaps maps, TargetMemory memory, List<Range> occupied) {
        this.pid = pid;
        this.maps = maps;
        this.memory = memory;
        this.occupied.addAll(occupied);
    }

    /** Returns the hooks that were planned. */
    List<PlannedHook> hooks() {
        return List.copyOf(hooks.values());
    }

    /** Returns what the planned patches need, and those that were there before. */
    List<Range> occupied() {
        return List.copyOf(occupied);
    }

    /** Returns what cannot be attached. */
    List<Attachment> refused() {
        return refused;
    }

    /** Returns what is attached when all hooks are made. */
    List<Attachment> made() {
        Map<Placement, Integer> sites = new LinkedHashMap<>();
        hooks.values().forEach(hook -> hook.placements()
                .forEach(placement -> sites.merge(placement, 1, Integer::sum)));
        List<Attachment> made = new ArrayList<>();
        sites.forEach((placement, count) -> made.add(Attachment.made(placement.program().name(),
                placement.program().attach(), place(placement), count)));
        return made;
    }

    private String place(Placement placement) {
        return placement.site() + " (pid " + pid + ")";
    }

    /** Plans what a program needs at a place. */
    void plan(Placement placement) {
        try {
            Optional<ModuleCode> module = module(placement.site());
            if (module.isEmpty()) {
                refuse(placement, Reason.NOT_FOUND,
                        placement.site().path() + " is not mapped by process " + pid);
                return;
            }
            long address = module.get().address(placement.site().fileOffset());
            FunctionCode function = module.get().function(address);
            Optional<Refusal> refusal = switch (placement.moment()) {
                case BEFORE -> hook(placement, module.get(), function, address, moment(function, address));
                case RETURN -> wrap(placement, module.get(), function, address);
                case AT_RETURN -> hook(placement, module.get(), function, address, Moment.RETURN);
            };
            refusal.ifPresent(reason -> refuse(placement, Reason.UNSUPPORTED, "user mode cannot patch "
                    + placement.site() + ": " + reason.text() + "; --mode kernel can"));
        } catch (ElfException e) {
            refuse(placement, Reason.NOT_FOUND, e.getMessage());
        }
    }

    private static Moment moment(FunctionCode function, long address) {
        return address == function.range().start() ? Moment.ENTRY : Moment.INSIDE;
    }

    /** Plans to call a function from our code, so that its return is seen. */
    private Optional<Refusal> wrap(Placement placement, ModuleCode module, FunctionCode function,
            long address) {
        if (moment(function, address) != Moment.ENTRY) {
            return Optional.of(new Refusal(address, Refusal.Reason.NO_INSTRUCTION,
                    "no function begins there, as far as its symbols tell"));
        }
        if (hooks.get(address) == null || hooks.get(address).after().isEmpty()) {
            FunctionAnalysis analysis = new FunctionAnalysis(module.planner().map(), function);
            if (analysis.stackUse().arguments() == Answer.YES) {
                return Optional.of(new Refusal(address, Refusal.Reason.UNMOVABLE,
                        "it has arguments on the stack, where its return cannot be seen"));
            }
            if (analysis.isEntryRepeated()) {
                return Optional.of(new Refusal(address, Refusal.Reason.BRANCH_INSIDE,
                        "a loop leads back to its first instruction"));
            }
        }
        return hook(placement, module, function, address, Moment.ENTRY);
    }

    /** Finds or plans the hook at an address and adds the program; returns what stands against it. */
    private Optional<Refusal> hook(Placement placement, ModuleCode module, FunctionCode function,
            long address,
            Moment moment) {
        PlannedHook hook = hooks.get(address);
        if (hook == null) {
            PatchPlanner planner = module.planner().avoiding(occupied);
            PatchPlan plan = moment == Moment.ENTRY ? planner.entry(function) : planner.at(function, address);
            switch (plan) {
                case Refusal refusal -> {
                    return Optional.of(refusal);
                }
                case PatchPlan.Breakpoint breakpoint -> {
                    return Optional.of(breakpoint.why());
                }
                case PatchPlan.Patch patch ->
                    hook = new PlannedHook(patch, address, function.range().start(), moment);
            }
            Range window = hook.patch().detour().window();
            Optional<Refusal> foreign = hook.patch()
                    .check(new Block(window.start(), memory.read(window.start(), (int) window.size())));
            if (foreign.isPresent()) {
                return foreign;
            }
            hooks.put(address, hook);
            occupied.addAll(hook.ranges());
        }
        hook.add(placement);
        return Optional.empty();
    }

    private Optional<ModuleCode> module(Site site) {
        List<ModuleCode> known = modules.computeIfAbsent(site.file(), file -> new ArrayList<>());
        Optional<ModuleCode> found = known.stream().filter(module -> module.holds(site.fileOffset()))
                .findFirst();
        if (found.isPresent()) {
            return found;
        }
        SymbolResolver resolver = symbols.computeIfAbsent(site.file(), SymbolResolver::open);
        Optional<ModuleCode> made = ModuleCode.of(site.file(), resolver, site.fileOffset(), maps);
        made.ifPresent(known::add);
        return made;
    }

    private void refuse(Placement placement, Reason reason, String text) {
        refused.add(
                Attachment.skipped(placement.program().name(), placement.program().attach(), place(placement),
                        new Skip(reason, text)));
    }

    @Override
    public void close() {
        symbols.values().forEach(SymbolResolver::close);
    }
}
