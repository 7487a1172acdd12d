package io.bpf4j.loader.kernel;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.AttachType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One program as the kernel is to get it, which may stand for two of the unit.
 *
 * @param program what is loaded
 * @param attachType what it is loaded for, which ties it to one kind of link
 * @param partner the return probe that was joined to it
 * @param traits what else the kernel is told; its attach type counts where ours is none
 */
record LoadPlan(Program program, AttachType attachType, Optional<Program> partner, LoadTraits traits) {

    /**
     * Plans the loading of programs.
     *
     * @param traits what else the kernel is told, by the program's name; such a program is joined to no other
     * @param isReturn finds the BTF id of the kernel's bpf_session_is_return; empty to join none. Asked only if there
     *        is a pair to join
     */
    static List<LoadPlan> of(List<Program> programs, KernelFeatures features, Map<String, LoadTraits> traits,
            Supplier<OptionalInt> isReturn) {
        List<LoadPlan> plans = new ArrayList<>();
        Set<Program> joined = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Program program : programs) {
            if (joined.contains(program)) {
                continue;
            }
            LoadTraits own = traits.getOrDefault(program.name(), LoadTraits.NONE);
            Optional<SessionPair> pair = traits.isEmpty()
                    ? SessionPair.of(program, programs)
                    : Optional.empty();
            OptionalInt function = pair.isPresent() ? isReturn.get() : OptionalInt.empty();
            if (function.isPresent()) {
                joined.add(pair.get().exit());
                plans.add(new LoadPlan(pair.get().join(function.getAsInt()), AttachType.TRACE_UPROBE_SESSION,
                        Optional.of(pair.get().exit()), own));
            } else {
                plans.add(new LoadPlan(program, attachType(program, features), Optional.empty(), own));
            }
        }
        plans.removeIf(plan -> joined.contains(plan.program()));
        return plans;
    }

    private static AttachType attachType(Program program, KernelFeatures features) {
        boolean inUserCode = program.attach() instanceof AttachSpec.Uprobe
                || program.attach() instanceof AttachSpec.Usdt;
        return inUserCode && features.has(Feature.UPROBE_MULTI)
                ? AttachType.TRACE_UPROBE_MULTI
                : AttachType.NONE;
    }

    /** Returns the kernel's number of what it is loaded for. */
    int attachNumber() {
        return attachType == AttachType.NONE ? traits.attachType() : attachType.number();
    }

    boolean session() {
        return partner.isPresent();
    }
}
