package io.bpf4j.loader.user;

import io.bpf4j.loader.user.PlannedCall.Wanted;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.FunctionAnalysis;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.PatchPlan.Patch;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.SystemCallScan;
import io.bpf4j.vm.patch.SystemCallSite;
import io.bpf4j.vm.patch.SystemCallSite.Kind;
import io.bpf4j.vm.trampoline.BirthCall;
import io.bpf4j.vm.trampoline.SystemCallHook;
import io.bpf4j.vm.trampoline.SystemCallHook.Side;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plans the patches around the system calls of one module. The instruction itself is never changed: what gives way are
 * instructions before it, and instructions behind it.
 */
final class ModuleCalls {

    /** How much code behind a call is looked at where no symbol tells that a function ends, in bytes. */
    private static final int NEIGHBOURHOOD = 256;
    private static final int MUNMAP = 11;
    private static final int EXIT = 60;
    private static final int EXIT_GROUP = 231;
    /** How near to each other the calls of code are that removes its own stack and ends. */
    private static final int NEAR = 16;

    private final ModuleText module;
    private final CodeMap map;
    private final List<SystemCallSite> sites;
    private final List<Wanted> wanted;
    private final List<Range> occupied;
    private final List<PlannedCall> calls = new ArrayList<>();
    private final Set<SystemCallSite> refused = new LinkedHashSet<>();
    private final Set<Long> entered = new LinkedHashSet<>();

    /**
     * Plans.
     *
     * @param occupied what other patches need; grows
     */
    ModuleCalls(ModuleText module, List<Wanted> wanted, List<Range> occupied) {
        this.module = module;
        this.map = CodeMap.of(module);
        this.sites = SystemCallScan.of(map);
        this.wanted = wanted;
        this.occupied = occupied;
        for (int i = 0; i < sites.size(); i++) {
            enter(i);
        }
        for (int i = 0; i < sites.size(); i++) {
            exit(i);
        }
    }

    /** Returns what was planned. */
    List<PlannedCall> calls() {
        return calls;
    }

    /** Returns the calls of which something that is wanted cannot be seen. */
    Set<SystemCallSite> refused() {
        return refused;
    }

    private void enter(int index) {
        SystemCallSite site = sites.get(index);
        List<Wanted> here = at(site, Side.ENTER);
        boolean serves = !at(site, Side.EXIT).isEmpty() && (site.number().isEmpty() || isTarget(next(site)));
        if (here.isEmpty() && !serves || isLeftAlone(site)) {
            return;
        }
        if (site.plan() instanceof Patch patch && isFree(patch) && !isStackless(index)) {
            take(new PlannedCall(site, Side.ENTER, patch, here, areFlagsLive(site), isTarget(next(site))));
            entered.add(site.address());
        } else if (!here.isEmpty()) {
            refused.add(site);
        }
    }

    private void exit(int index) {
        SystemCallSite site = sites.get(index);
        List<Wanted> here = at(site, Side.EXIT);
        boolean returnsTwice = site.number().isPresent() && BirthCall.of(site.number().getAsInt());
        if (here.isEmpty() && !returnsTwice || isLeftAlone(site) || neverReturns(site)) {
            return;
        }
        boolean isNumberKnown = site.number().isPresent() || entered.contains(site.address());
        boolean losesStack = index + 1 < sites.size() && isStackless(index + 1);
        Optional<Patch> plan = isNumberKnown && !losesStack ? behind(site) : Optional.empty();
        if (plan.isPresent()) {
            take(new PlannedCall(site, Side.EXIT, plan.get(), here, areFlagsLive(site),
                    isTarget(next(site))));
        } else {
            refused.add(site);
        }
    }

    private void take(PlannedCall call) {
        calls.add(call);
        occupied.add(call.patch().detour().window());
        call.patch().edits(call.patch().reach().lowest()).stream().map(Edit::range).forEach(occupied::add);
    }

    private List<Wanted> at(SystemCallSite site, Side side) {
        return wanted.stream().filter(one -> one.point().side() == side
                && (site.number().isEmpty() || one.point().takes(site.number().getAsInt()))).toList();
    }

    private static boolean isLeftAlone(SystemCallSite site) {
        return site.kind() == Kind.SIGNAL_RETURN || site.kind() == Kind.DOUBTFUL;
    }

    private static boolean neverReturns(SystemCallSite site) {
        return site.number().isPresent()
                && (site.number().getAsInt() == EXIT || site.number().getAsInt() == EXIT_GROUP);
    }

    /** Whether the call ends a thread whose stack has just been removed: musl, __unmapself. */
    private boolean isStackless(int index) {
        if (index == 0 || sites.get(index).number().orElse(-1) != EXIT) {
            return false;
        }
        SystemCallSite before = sites.get(index - 1);
        return before.number().orElse(-1) == MUNMAP
                && sites.get(index).address() - before.address() <= NEAR;
    }

    private boolean isFree(Patch patch) {
        return occupied.stream().noneMatch(patch.detour().window()::meets);
    }

    private static long next(SystemCallSite site) {
        return site.address() + SystemCallHook.INSTRUCTION_BYTES;
    }

    private boolean isTarget(long address) {
        return map.isTarget(address);
    }

    /** Returns the code behind a call, as far as it is the same function's; empty if nothing is there. */
    private Optional<FunctionCode> code(SystemCallSite site) {
        long start = next(site);
        long end = Math.min(module.nextStart(start - 1), start + NEIGHBOURHOOD);
        return end > start
                ? Optional.of(FunctionCode.of(module.text(), new Range(start, end)))
                : Optional.empty();
    }

    /** Whether flags may be in use around a call, which does not change them. */
    private boolean areFlagsLive(SystemCallSite site) {
        return code(site).map(code -> new FunctionAnalysis(map, code).areFlagsLive(next(site))).orElse(true);
    }

    private Optional<Patch> behind(SystemCallSite site) {
        return code(site).flatMap(code -> {
            PatchPlan plan = new PatchPlanner(map).avoiding(occupied).at(code, next(site));
            return switch (plan) {
                case PatchPlan.Jump jump -> Optional.of(jump);
                case PatchPlan.ShortJump jump -> Optional.of(jump);
                default -> Optional.empty();
            };
        });
    }
}
