package io.bpf4j.loader.user;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says of places in a file that a process has loaded whether user mode can put a probe there, and how. Only reads: the
 * file, and what the process has mapped.
 */
public final class HookSurvey {

    private final Path file;
    private final SymbolResolver symbols;
    private final MemoryMaps maps;
    private final List<ModuleCode> modules = new ArrayList<>();

    /**
     * What user mode can do at a place.
     *
     * @param how how control is led to a probe
     * @param why why it cannot be, one sentence in lower case; empty if it can
     * @param whyNoReturn why the return of the function cannot be seen; empty if it can, or if nothing returns
     */
    public record Finding(How how, String why, String whyNoReturn) {}

    /** How control is led to a probe. */
    public enum How {
        /** By a jump of 5 bytes. */
        JUMP("jump"),
        /** By a jump of 2 bytes to one of 5 bytes nearby. */
        SHORT_JUMP("short jump"),
        /** Not at all. */
        NONE("not");

        private final String text;

        How(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Looks at a file.
     *
     * @param file a path by which we can open it
     * @param symbols its own; they stay the caller's
     * @param maps of the process
     */
    public HookSurvey(Path file, SymbolResolver symbols, MemoryMaps maps) {
        this.file = file;
        this.symbols = symbols;
        this.maps = maps;
    }

    /** Looks at the function that begins at a byte of the file. */
    public Finding function(long fileOffset) {
        return find(fileOffset, true);
    }

    /** Looks at one instruction, such as a static marker's. */
    public Finding instruction(long fileOffset) {
        return find(fileOffset, false);
    }

    private Finding find(long fileOffset, boolean isFunction) {
        try {
            Optional<ModuleCode> module = module(fileOffset);
            if (module.isEmpty()) {
                return new Finding(How.NONE, "it is not loaded as code", "");
            }
            return find(module.get(), module.get().address(fileOffset), isFunction);
        } catch (ElfException e) {
            return new Finding(How.NONE, e.getMessage(), "");
        }
    }

    private static Finding find(ModuleCode module, long address, boolean isFunction) {
        FunctionCode function = module.function(address);
        boolean begins = function.range().start() == address;
        PatchPlan plan = begins
                ? module.planner().entry(function)
                : module.planner().at(function, address);
        return switch (plan) {
            case Refusal refusal -> new Finding(How.NONE, refusal.text(), "");
            case PatchPlan.Breakpoint breakpoint -> new Finding(How.NONE, breakpoint.why().text(), "");
            case PatchPlan.Jump jump ->
                new Finding(How.JUMP, "", ofReturn(module, function, address, isFunction));
            case PatchPlan.ShortJump jump ->
                new Finding(How.SHORT_JUMP, "", ofReturn(module, function, address, isFunction));
        };
    }

    private static String ofReturn(ModuleCode module, FunctionCode function, long address,
            boolean isFunction) {
        return isFunction
                ? HookPlanner.againstWrapping(module, function, address).map(Refusal::text).orElse("")
                : "";
    }

    private Optional<ModuleCode> module(long fileOffset) {
        Optional<ModuleCode> known = modules.stream().filter(module -> module.holds(fileOffset)).findFirst();
        if (known.isPresent()) {
            return known;
        }
        Optional<ModuleCode> made = ModuleCode.of(file, symbols, fileOffset, maps);
        made.ifPresent(modules::add);
        return made;
    }
}
