package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.codegen.Operation.Load;
import io.bpf4j.compiler.codegen.Operation.Move;
import io.bpf4j.compiler.codegen.Operation.Store;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves registers that do not fit to the frame, always all 8 bytes: the kernel keeps what it knows of a pointer or a
 * number only then (kernel/bpf/verifier.c, check_stack_write_fixed_off).
 *
 * <p>The first time a register is spilled, one reload serves the rest of its block up to the next call; what comes
 * of that is spilled a second time around each single use, and never again.
 */
final class Spiller {

    private MachineFunction function;
    private int nextRegister;
    private int nextSlot;
    private final Map<Integer, Slot> homes = new HashMap<>();
    private final Map<Integer, Integer> generations = new HashMap<>();
    private final Set<Slot> slots = new HashSet<>();

    private BitSet group;
    private Slot home;
    private boolean reuse;
    private int reloaded;
    private List<Step> steps;

    Spiller(MachineFunction function) {
        this.function = function;
        nextRegister = function.registers();
        nextSlot = function.nextSlot();
    }

    /** Returns the function after what was spilled so far. */
    MachineFunction function() {
        return function;
    }

    /** Returns the registers that are as short as can be. */
    BitSet unspillable() {
        BitSet found = new BitSet();
        generations.forEach((register, generation) -> found.set(register, generation > 1));
        return found;
    }

    /** Returns the frame objects that hold spilled registers. */
    Set<Slot> slots() {
        return Set.copyOf(slots);
    }

    /** Spills the registers of a group, which never hold different values at once. */
    void spill(BitSet registers) {
        group = registers;
        Operation recipe = Rematerialization.of(function, registers);
        home = recipe == null ? homeOf(registers) : null;
        reuse = registers.stream().noneMatch(generations::containsKey);
        List<MachineBlock> blocks = new ArrayList<>();
        for (MachineBlock block : function.blocks()) {
            steps = new ArrayList<>();
            reloaded = -1;
            for (Step step : block.steps()) {
                if (recipe == null) {
                    rewrite(step);
                } else {
                    remake(step, recipe);
                }
            }
            Renamer renamer = recipe == null ? reloading(block.endAt()) : remaking(recipe, block.endAt());
            Ending end = block.end().rename(renamer);
            blocks.add(block.withSteps(steps).withEnd(end));
        }
        function = new MachineFunction(function.source(), blocks, nextRegister, nextSlot);
    }

    /** A group that mixes reloads of one place with something else must leave that place alone. */
    private Slot homeOf(BitSet registers) {
        Slot first = homes.get(registers.nextSetBit(0));
        if (first != null && registers.stream().allMatch(register -> first.equals(homes.get(register)))) {
            return first;
        }
        Slot fresh = new Slot(nextSlot++, Long.BYTES, Long.BYTES, "spilled registers",
                function.source().at());
        slots.add(fresh);
        return fresh;
    }

    private Place place() {
        return new Place.InFrame(home, 0);
    }

    private int temporary(int generation) {
        int fresh = nextRegister++;
        generations.put(fresh, generation);
        if (home != null) {
            homes.put(fresh, home);
        }
        return fresh;
    }

    private void rewrite(Step step) {
        Operation operation = step.operation();
        if (Rematerialization.isInternalMove(operation, group) || isHomeAccess(operation)) {
            return;
        }
        switch (operation) {
            case Move(int dst, int src) when group.get(dst) -> {
                store(new Source.InRegister(src), step.at());
                reloaded = -1;
            }
            case Operation.Constant(int dst, long value) when group.get(dst) && value == (int) value -> {
                store(new Source.Immediate((int) value), step.at());
                reloaded = -1;
            }
            case Move(int dst, int src) when group.get(src) && reloaded < 0 ->
                steps.add(new Step(new Load(Width.DOUBLE, false, dst, place()), step.at()));
            default -> general(step);
        }
        if (operation.isCall() || !reuse) {
            reloaded = -1;
        }
    }

    private boolean isHomeAccess(Operation operation) {
        return switch (operation) {
            case Load load -> group.get(load.dst()) && load.place().equals(place());
            case Store(var width, var to, Source.InRegister(int register)) ->
                group.get(register) && to.equals(place());
            default -> false;
        };
    }

    private void store(Source value, Span at) {
        steps.add(new Step(new Store(Width.DOUBLE, place(), value), at));
    }

    private void general(Step step) {
        boolean assigned = Rematerialization.definesOneOf(step.operation(), group);
        Operation renamed = step.operation().rename(reloading(step.at()));
        steps.add(step.with(renamed));
        if (assigned) {
            store(new Source.InRegister(reloaded), step.at());
        }
    }

    private Renamer reloading(Span at) {
        return new Renamer() {
            @Override
            public int use(int register) {
                if (!group.get(register)) {
                    return register;
                }
                if (reloaded < 0) {
                    reloaded = temporary(reuse ? 1 : 2);
                    steps.add(new Step(new Load(Width.DOUBLE, false, reloaded, place()), at));
                }
                return reloaded;
            }

            @Override
            public int define(int register) {
                if (!group.get(register)) {
                    return register;
                }
                reloaded = temporary(reuse ? 1 : 2);
                return reloaded;
            }

            @Override
            public int update(int register) {
                return use(register);
            }
        };
    }

    private void remake(Step step, Operation recipe) {
        Operation operation = step.operation();
        if (Rematerialization.definesOneOf(operation, group)) {
            return;
        }
        if (operation instanceof Move(int dst, int src) && group.get(src)) {
            steps.add(new Step(Rematerialization.into(recipe, dst), step.at()));
        } else {
            Operation renamed = operation.rename(remaking(recipe, step.at()));
            steps.add(step.with(renamed));
        }
    }

    private Renamer remaking(Operation recipe, Span at) {
        int[] made = {-1};
        return new Renamer() {
            @Override
            public int use(int register) {
                if (!group.get(register)) {
                    return register;
                }
                if (made[0] < 0) {
                    made[0] = temporary(2);
                    steps.add(new Step(Rematerialization.into(recipe, made[0]), at));
                }
                return made[0];
            }

            @Override
            public int define(int register) {
                return register;
            }

            @Override
            public int update(int register) {
                return register;
            }
        };
    }
}
