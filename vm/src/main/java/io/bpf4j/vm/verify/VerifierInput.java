package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the verifier must know beside the program.
 *
 * @param maps the maps that the program may name
 * @param license as the kernel is told; helpers that are for GPL programs need a compatible one
 * @param context what R1 points to at the start
 * @param helpers which helpers exist
 * @param budget how many instructions may be walked, over all paths
 * @param policy what is allowed beyond what is safe
 * @param globals the variables of the source, for explanations
 * @param types the types of the arguments, for programs that have any; empty where only engines here will run it
 */
public record VerifierInput(Map<String, MapSpec> maps, String license, ContextModel context,
        Set<Helper> helpers,
        long budget, Policy policy, List<Global> globals, Optional<KernelTypes> types) {

    /** What the kernel is willing to walk (kernel/bpf/verifier.c, BPF_COMPLEXITY_LIMIT_INSNS). */
    public static final long DEFAULT_BUDGET = 1_000_000;
    private static final Set<String> GPL_COMPATIBLE = Set.of("GPL", "GPL v2", "GPL and additional rights",
            "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL");

    /**
     * What is a matter of trust, not of safety.
     *
     * @param pointerLeaks whether addresses may be stored where others see them, and the stack be read before it is
     *        written: what the kernel allows to root
     * @param strictAlignment whether accesses of map values, records and packets must be aligned
     * @param sleepable whether helpers may be called that can wait
     * @param processors {@code bpf_get_smp_processor_id} is below this
     */
    public record Policy(boolean pointerLeaks, boolean strictAlignment, boolean sleepable, int processors) {

        /** The most processors of any kernel (arch/x86/Kconfig, NR_CPUS). */
        public static final int MAX_PROCESSORS = 8192;

        /** What the kernel allows to root on x86-64, without waiting. */
        public static final Policy PRIVILEGED = new Policy(true, false, false, MAX_PROCESSORS);
        /** The same for programs that may wait. */
        public static final Policy PRIVILEGED_WAITING = new Policy(true, false, true, MAX_PROCESSORS);
    }

    /** Copies the collections. */
    public VerifierInput {
        maps = Map.copyOf(maps);
        helpers = Set.copyOf(helpers);
        globals = List.copyOf(globals);
    }

    /** Returns what the kernel gives to a program of a type that root loads. */
    public static VerifierInput of(ProgramType type, List<MapSpec> maps, String license) {
        Map<String, MapSpec> byName = new LinkedHashMap<>();
        maps.forEach(map -> byName.put(map.name(), map));
        return new VerifierInput(byName, license, ContextModel.of(type), helpersOf(type), DEFAULT_BUDGET,
                Policy.PRIVILEGED, List.of(), Optional.empty());
    }

    /** Returns what the kernel gives to a program of a unit. */
    public static VerifierInput of(ProgramType type, ProgramUnit unit) {
        VerifierInput input = of(type, unit.maps(), unit.license());
        return new VerifierInput(input.maps, input.license, input.context, input.helpers, input.budget,
                input.policy, unit.globals(), input.types);
    }

    /** Returns the variables that a map's value is made of, if it is a section of variables. */
    List<Global> globalsOf(String map) {
        return globals.stream().filter(global -> global.map().equals(map)).toList();
    }

    /** Returns what the kernel gives to a program of a unit, at its place. */
    public static VerifierInput of(Program program, ProgramUnit unit, LoadTraits traits) {
        VerifierInput input = of(program.type(), unit).withContext(ContextModel.of(program));
        return traits.sleepable() ? input.withPolicy(Policy.PRIVILEGED_WAITING) : input;
    }

    /** Returns the helpers that the kernel has for a program type. */
    public static Set<Helper> helpersOf(ProgramType type) {
        Set<Helper> found = EnumSet.noneOf(Helper.class);
        for (Helper helper : Helper.values()) {
            if (NetworkHelpers.isTracing(type)
                    ? helper.tracingTypes().contains(NetworkHelpers.tracingType(type))
                    : NetworkHelpers.has(type, helper)) {
                found.add(helper);
            }
        }
        return found;
    }

    /** Returns the same with another context. */
    public VerifierInput withContext(ContextModel other) {
        return new VerifierInput(maps, license, other, helpers, budget, policy, globals, types);
    }

    /** Returns the same with other helpers. */
    public VerifierInput withHelpers(Set<Helper> others) {
        return new VerifierInput(maps, license, context, others, budget, policy, globals, types);
    }

    /** Returns the same with another budget. */
    public VerifierInput withBudget(long instructions) {
        return new VerifierInput(maps, license, context, helpers, instructions, policy, globals, types);
    }

    /** Returns the same with another policy. */
    public VerifierInput withPolicy(Policy other) {
        return new VerifierInput(maps, license, context, helpers, budget, other, globals, types);
    }

    /** Returns the same with the types of the program's arguments. */
    public VerifierInput withTypes(Optional<KernelTypes> others) {
        return new VerifierInput(maps, license, context, helpers, budget, policy, globals, others);
    }

    boolean isGplCompatible() {
        return GPL_COMPATIBLE.contains(license);
    }
}
