package io.bpf4j.loader.user;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Attachment.Reason;
import io.bpf4j.loader.Attachment.Skip;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.site.Site;
import io.bpf4j.vm.patch.Detour;
import io.bpf4j.vm.patch.Edit;
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
    private final Map<Path, SymbolResolver> symbols = new HashMap<>();
    private final Map<Path, List<ModuleCode>> modulesByFile = new HashMap<>();
    private final Map<Long, PlannedHook> hooks = new LinkedHashMap<>();
    private final List<Range> occupied = new ArrayList<>();
    private final List<Attachment> attachments = new ArrayList<>();

    HookPlanner(int pid, MemoryMaps maps) {
        this.pid = pid;
        this.maps = maps;
    }

    /** Returns the hooks that were planned. */
    List<PlannedHook> hooks() {
        return List.copyOf(hooks.values());
    }

    /** Returns what became of each place. */
    List<Attachment> attachments() {
        return attachments;
    }

    /** Plans what a program needs at a place. */
    void plan(Placement placement) {
        try {
            Optional<ModuleCode> module = module(placement.site());
            if (module.isEmpty()) {
                refuse(placement, Reason.NOT_FOUND, placement.site().path() + " is not mapped");
                return;
            }
            Optional<Refusal> refusal = plan(placement, module.get());
            if (refusal.isPresent()) {
                refuse(placement, Reason.UNSUPPORTED, "user mode cannot patch " + placement.site() + ": "
                        + refusal.get().text() + "; use --mode kernel for it");
            }
        } catch (ElfException e) {
            refuse(placement, Reason.NOT_FOUND, e.getMessage());
        }
    }

    private Optional<Refusal> plan(Placement placement, ModuleCode module) {
        long address = module.address(placement.site().fileOffset());
        FunctionCode function = module.function(address);
        return switch (placement.moment()) {
            case BEFORE, RETURN -> {
                boolean isEntry = address == function.range().start() && placement.site().symbolOffset() == 0;
                Moment moment = isEntry ? Moment.ENTRY : Moment.INSIDE;
                Optional<Refusal> refusal = hook(placement, module, function, address, moment);
                if (refusal.isEmpty()) {
                    made(placement, 1);
                }
                yield refusal;
            }
            case EACH_RETURN -> returns(placement, module, function);
        };
    }

    /** Finds or plans the hook at an address and adds the program; returns what stands against it. */
    private Optional<Refusal> hook(Placement placement, ModuleCode module, FunctionCode function, long address,
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
                case PatchPlan.Patch patch -> hook = new PlannedHook(patch, address, function.range().start(), moment);
            }
            hooks.put(address, hook);
            Detour detour = hook.patch().detour();
            occupied.add(detour.window());
            hook.patch().edits(hook.patch().reach().lowest()).stream().map(Edit::range).forEach(occupied::add);
        }
        (placement.moment() == Placement.Moment.RETURN ? hook.after() : hook.before()).add(placement.program());
        return Optional.empty();
    }

    /** Plans each return of a function; one that cannot be patched is said, and the others are made. */
    private Optional<Refusal> returns(Placement placement, ModuleCode module, FunctionCode function) {
        List<Long> returns = module.returns(function);
        List<Refusal> refusals = new ArrayList<>();
        for (long address : returns) {
            hook(placement, module, function, address, Moment.RETURN).ifPresent(refusals::add);
        }
        if (returns.size() > refusals.size()) {
            made(placement, returns.size() - refusals.size());
        } else if (returns.isEmpty()) {
            return Optional.of(new Refusal(function.range().start(), Refusal.Reason.NO_INSTRUCTION,
                    "the function has no return instruction"));
        }
        return refusals.stream().findFirst();
    }

    private Optional<ModuleCode> module(Site site) {
        List<ModuleCode> known = modulesByFile.computeIfAbsent(site.file(), file -> new ArrayList<>());
        Optional<ModuleCode> found = known.stream().filter(module -> module.holds(site.fileOffset())).findFirst();
        if (found.isPresent()) {
            return found;
        }
        SymbolResolver resolver = symbols.computeIfAbsent(site.file(), SymbolResolver::open);
        Optional<ModuleCode> made = ModuleCode.of(site.file(), resolver, site.fileOffset(), maps);
        made.ifPresent(known::add);
        return made;
    }

    private void made(Placement placement, int sites) {
        attachments.add(Attachment.made(placement.program().name(), placement.program().attach(),
                placement.site() + " (pid " + pid + ")", sites));
    }

    private void refuse(Placement placement, Reason reason, String text) {
        attachments.add(Attachment.skipped(placement.program().name(), placement.program().attach(),
                placement.site() + " (pid " + pid + ")", new Skip(reason, text)));
    }

    @Override
    public void close() {
        symbols.values().forEach(SymbolResolver::close);
    }
}
