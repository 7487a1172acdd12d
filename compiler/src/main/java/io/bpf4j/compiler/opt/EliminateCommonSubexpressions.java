package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.Instruction.Load;
import io.bpf4j.compiler.ir.Instruction.Store;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes once what a block computes twice, loads included where nothing can have changed the memory.
 *
 * <p>Numbers within blocks only: one that another block computed before a bounds check does not have the bounds
 * that the kernel's verifier gives to one computed after it.
 */
public final class EliminateCommonSubexpressions {

    /** What a computation looks like without its result and its place in the source. */
    private static final Value NO_RESULT = new Value(-1);

    private final Set<Slot> escaping = new HashSet<>();
    private final Map<Instruction, Value> available = new HashMap<>();

    private EliminateCommonSubexpressions(IrFunction function) {
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                if (instruction instanceof Instruction.SlotAddress address) {
                    escaping.add(address.slot());
                }
            }
        }
    }

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        EliminateCommonSubexpressions pass = new EliminateCommonSubexpressions(function);
        IrFunction once = shareAddresses(function);
        return Flow.withBlocks(once, once.blocks().stream().map(pass::block).toList());
    }

    /** Addresses of global variables are shared by all that an earlier one dominates: no check changes them. */
    private static IrFunction shareAddresses(IrFunction function) {
        FlowGraph flow = Flow.of(function);
        Map<Integer, Integer> positions = Flow.positions(function);
        Definitions definitions = new Definitions(function);
        Map<Instruction, Map<Integer, Value>> known = new HashMap<>();
        Map<Value, Value> shared = new HashMap<>();
        for (int position : flow.order()) {
            for (Instruction instruction : function.blocks().get(position).instructions()) {
                if (instruction instanceof Instruction.MapValueAddress address
                        && definitions.single(address.result())) {
                    Map<Integer, Value> places = known.computeIfAbsent(key(address),
                            none -> new LinkedHashMap<>());
                    places.entrySet().stream().filter(place -> flow.dominates(place.getKey(), position))
                            .findFirst()
                            .ifPresentOrElse(place -> shared.put(address.result(), place.getValue()),
                                    () -> places.put(position, address.result()));
                }
            }
        }
        return Flow.mapInstructions(function, (block, instruction) -> Operands.result(instruction)
                .filter(result -> shared.containsKey(result) && flow.reachable(positions.get(block.id())))
                .<Instruction>map(result -> new Copy(result, shared.get(result), instruction.at()))
                .orElse(instruction));
    }

    private Block block(Block block) {
        available.clear();
        List<Instruction> instructions = new ArrayList<>();
        for (Instruction instruction : block.instructions()) {
            instructions.add(visit(instruction));
        }
        return new Block(block.id(), instructions, block.end());
    }

    private Instruction visit(Instruction instruction) {
        forgetMemory(instruction);
        Value result = Operands.result(instruction).orElse(null);
        if (result == null) {
            return instruction;
        }
        boolean candidate = Operands.pure(instruction) && !(instruction instanceof Copy)
                && !(instruction instanceof Instruction.MapReference)
                && !(instruction instanceof Instruction.SlotAddress);
        Instruction key = candidate ? key(instruction) : null;
        Value earlier = candidate ? available.get(key) : null;
        available.values().removeIf(result::equals);
        available.keySet().removeIf(computation -> Operands.used(computation).contains(result));
        if (earlier != null && !earlier.equals(result)) {
            return new Copy(result, earlier, instruction.at());
        }
        if (candidate && !Operands.used(key).contains(result)) {
            available.put(key, result);
        }
        return instruction;
    }

    private static Instruction key(Instruction instruction) {
        Span nowhere = null;
        return switch (Operands.withResult(instruction, NO_RESULT)) {
            case Instruction.Binary(var result, var operation, var wide, var left, var right, var at) ->
                new Instruction.Binary(result, operation, wide, left, right, nowhere);
            case Instruction.Negate(var result, var wide, var operand, var at) ->
                new Instruction.Negate(result, wide, operand, nowhere);
            case Instruction.Extend(var result, var bits, var signed, var operand, var at) ->
                new Instruction.Extend(result, bits, signed, operand, nowhere);
            case Instruction.ByteSwap(var result, var order, var bits, var operand, var at) ->
                new Instruction.ByteSwap(result, order, bits, operand, nowhere);
            case Instruction.Compare(var result, var condition, var wide, var left, var right, var at) ->
                new Instruction.Compare(result, condition, wide, left, right, nowhere);
            case Load(var result, var width, var signed, var base, var offset, var at) ->
                new Load(result, width, signed, base, offset, nowhere);
            case Instruction.MapValueAddress(var result, var map, var offset, var at) ->
                new Instruction.MapValueAddress(result, map, offset, nowhere);
            case Instruction other -> other;
        };
    }

    private void forgetMemory(Instruction instruction) {
        if (Operands.pure(instruction)) {
            return;
        }
        available.keySet().removeIf(known -> known instanceof Load load && mayChange(instruction, load));
    }

    /** A slot whose address is never taken is reached by its name only. */
    private boolean mayChange(Instruction instruction, Load load) {
        Base written = switch (instruction) {
            case Store store -> store.base();
            case Instruction.Atomic atomic -> atomic.base();
            default -> null;
        };
        return unshared(written) || unshared(load.base()) ? load.base().equals(written) : true;
    }

    private boolean unshared(Base base) {
        return base instanceof Slot slot && !escaping.contains(slot);
    }
}
