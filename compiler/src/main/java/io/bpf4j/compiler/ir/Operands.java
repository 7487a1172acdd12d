package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.ir.Instruction.Atomic;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.ByteSwap;
import io.bpf4j.compiler.ir.Instruction.CallFunction;
import io.bpf4j.compiler.ir.Instruction.CallHelper;
import io.bpf4j.compiler.ir.Instruction.Compare;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.Instruction.Extend;
import io.bpf4j.compiler.ir.Instruction.Load;
import io.bpf4j.compiler.ir.Instruction.MapReference;
import io.bpf4j.compiler.ir.Instruction.MapValueAddress;
import io.bpf4j.compiler.ir.Instruction.Negate;
import io.bpf4j.compiler.ir.Instruction.SlotAddress;
import io.bpf4j.compiler.ir.Instruction.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What instructions read and assign and where blocks lead, and the same instructions with other operands. */
public final class Operands {

    private Operands() {}

    /** Returns the value that the instruction assigns. */
    public static Optional<Value> result(Instruction instruction) {
        return switch (instruction) {
            case Copy copy -> Optional.of(copy.result());
            case Binary binary -> Optional.of(binary.result());
            case Negate negate -> Optional.of(negate.result());
            case Extend extend -> Optional.of(extend.result());
            case ByteSwap swap -> Optional.of(swap.result());
            case Compare compare -> Optional.of(compare.result());
            case Load load -> Optional.of(load.result());
            case Store store -> Optional.empty();
            case Atomic atomic -> atomic.result();
            case SlotAddress address -> Optional.of(address.result());
            case MapReference map -> Optional.of(map.result());
            case MapValueAddress address -> Optional.of(address.result());
            case CallHelper call -> call.result();
            case CallFunction call -> call.result();
        };
    }

    /** Returns the values that the instruction reads, in the order of its operands. */
    public static List<Value> used(Instruction instruction) {
        List<Value> found = new ArrayList<>();
        withOperands(instruction, operand -> note(operand, found));
        return found;
    }

    /** Returns the values that the terminator reads. */
    public static List<Value> used(Terminator terminator) {
        List<Value> found = new ArrayList<>();
        withOperands(terminator, operand -> note(operand, found));
        return found;
    }

    private static Operand note(Operand operand, List<Value> found) {
        if (operand instanceof Value value) {
            found.add(value);
        }
        return operand;
    }

    /** Returns the slot that the instruction reaches or names. */
    public static Optional<Slot> slotOf(Instruction instruction) {
        return switch (instruction) {
            case Load load -> slot(load.base());
            case Store store -> slot(store.base());
            case Atomic atomic -> slot(atomic.base());
            case SlotAddress address -> Optional.of(address.slot());
            default -> Optional.empty();
        };
    }

    private static Optional<Slot> slot(Base base) {
        return base instanceof Slot slot ? Optional.of(slot) : Optional.empty();
    }

    /** Returns whether the instruction does nothing but assign its result. */
    public static boolean pure(Instruction instruction) {
        return switch (instruction) {
            case Store store -> false;
            case Atomic atomic -> false;
            case CallHelper call -> false;
            case CallFunction call -> false;
            default -> true;
        };
    }

    /**
     * Returns the instruction with every operand that it reads replaced.
     *
     * <p>An address in a value is replaced only by another value: a constant is no base.
     */
    public static Instruction withOperands(Instruction instruction, UnaryOperator<Operand> change) {
        return switch (instruction) {
            case Copy(var result, var source, var at) -> new Copy(result, change.apply(source), at);
            case Binary(var result, var operation, var wide, var left, var right, var at) ->
                new Binary(result, operation, wide, change.apply(left), change.apply(right), at);
            case Negate(var result, var wide, var operand, var at) ->
                new Negate(result, wide, change.apply(operand), at);
            case Extend(var result, var bits, var signed, var operand, var at) ->
                new Extend(result, bits, signed, change.apply(operand), at);
            case ByteSwap(var result, var order, var bits, var operand, var at) ->
                new ByteSwap(result, order, bits, change.apply(operand), at);
            case Compare(var result, var condition, var wide, var left, var right, var at) ->
                new Compare(result, condition, wide, change.apply(left), change.apply(right), at);
            case Load(var result, var width, var signed, var base, var offset, var at) ->
                new Load(result, width, signed, base(base, change), offset, at);
            case Store(var width, var base, var offset, var value, var at) ->
                new Store(width, base(base, change), offset, change.apply(value), at);
            case Atomic atomic -> new Atomic(atomic.result(), atomic.operation(), atomic.width(),
                    base(atomic.base(), change), atomic.offset(), change.apply(atomic.operand()),
                    atomic.expected().map(change), atomic.at());
            case SlotAddress address -> address;
            case MapReference map -> map;
            case MapValueAddress address -> address;
            case CallHelper(var result, var helper, var arguments, var at) ->
                new CallHelper(result, helper, arguments.stream().map(change).toList(), at);
            case CallFunction(var result, var function, var arguments, var at) ->
                new CallFunction(result, function, arguments.stream().map(change).toList(), at);
        };
    }

    /** Returns the terminator with every operand that it reads replaced. */
    public static Terminator withOperands(Terminator terminator, UnaryOperator<Operand> change) {
        return switch (terminator) {
            case Terminator.Jump jump -> jump;
            case Terminator.Branch(var condition, var wide, var left, var right, var whenTrue, var whenFalse, var at) ->
                new Terminator.Branch(condition, wide, change.apply(left), change.apply(right), whenTrue,
                        whenFalse, at);
            case Terminator.Return(var value, var at) -> new Terminator.Return(change.apply(value), at);
        };
    }

    private static Base base(Base base, UnaryOperator<Operand> change) {
        return base instanceof Value value && change.apply(value) instanceof Value other ? other : base;
    }

    /** Returns the instruction with another result in place of the one that it has. */
    public static Instruction withResult(Instruction instruction, Value other) {
        return switch (instruction) {
            case Copy(var result, var source, var at) -> new Copy(other, source, at);
            case Binary(var result, var operation, var wide, var left, var right, var at) ->
                new Binary(other, operation, wide, left, right, at);
            case Negate(var result, var wide, var operand, var at) -> new Negate(other, wide, operand, at);
            case Extend(var result, var bits, var signed, var operand, var at) ->
                new Extend(other, bits, signed, operand, at);
            case ByteSwap(var result, var order, var bits, var operand, var at) ->
                new ByteSwap(other, order, bits, operand, at);
            case Compare(var result, var condition, var wide, var left, var right, var at) ->
                new Compare(other, condition, wide, left, right, at);
            case Load(var result, var width, var signed, var base, var offset, var at) ->
                new Load(other, width, signed, base, offset, at);
            case Store store -> store;
            case Atomic atomic ->
                new Atomic(atomic.result().map(old -> other), atomic.operation(), atomic.width(),
                        atomic.base(), atomic.offset(), atomic.operand(), atomic.expected(), atomic.at());
            case SlotAddress(var result, var slot, var offset, var at) ->
                new SlotAddress(other, slot, offset, at);
            case MapReference(var result, var map, var at) -> new MapReference(other, map, at);
            case MapValueAddress(var result, var map, var offset, var at) ->
                new MapValueAddress(other, map, offset, at);
            case CallHelper(var result, var helper, var arguments, var at) ->
                new CallHelper(result.map(old -> other), helper, arguments, at);
            case CallFunction(var result, var function, var arguments, var at) ->
                new CallFunction(result.map(old -> other), function, arguments, at);
        };
    }

    /** Returns the ids of the blocks that may follow. */
    public static int[] targets(Terminator terminator) {
        return switch (terminator) {
            case Terminator.Jump jump -> new int[]{jump.target()};
            case Terminator.Branch branch -> new int[]{branch.whenTrue(), branch.whenFalse()};
            case Terminator.Return end -> new int[0];
        };
    }
}
