package io.bpf4j.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What instructions read and write. */
final class Uses {
    private Uses() {}

    /** Returns the register that an instruction assigns. */
    static Optional<Value> result(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Copy copy -> Optional.of(copy.result());
            case Instruction.Binary binary -> Optional.of(binary.result());
            case Instruction.Negate negate -> Optional.of(negate.result());
            case Instruction.Extend extend -> Optional.of(extend.result());
            case Instruction.ByteSwap swap -> Optional.of(swap.result());
            case Instruction.Compare compare -> Optional.of(compare.result());
            case Instruction.Load load -> Optional.of(load.result());
            case Instruction.Store store -> Optional.empty();
            case Instruction.Atomic atomic -> atomic.result();
            case Instruction.SlotAddress address -> Optional.of(address.result());
            case Instruction.MapReference reference -> Optional.of(reference.result());
            case Instruction.MapValueAddress address -> Optional.of(address.result());
            case Instruction.CallHelper call -> call.result();
            case Instruction.CallFunction call -> call.result();
        };
    }

    /** Returns the registers that an instruction reads. */
    static List<Value> values(Instruction instruction) {
        List<Object> read = new ArrayList<>();
        switch (instruction) {
            case Instruction.Copy copy -> read.add(copy.source());
            case Instruction.Binary binary -> read.addAll(List.of(binary.left(), binary.right()));
            case Instruction.Negate negate -> read.add(negate.operand());
            case Instruction.Extend extend -> read.add(extend.operand());
            case Instruction.ByteSwap swap -> read.add(swap.operand());
            case Instruction.Compare compare -> read.addAll(List.of(compare.left(), compare.right()));
            case Instruction.Load load -> read.add(load.base());
            case Instruction.Store store -> read.addAll(List.of(store.base(), store.value()));
            case Instruction.Atomic atomic -> {
                read.addAll(List.of(atomic.base(), atomic.operand()));
                atomic.expected().ifPresent(read::add);
            }
            case Instruction.SlotAddress address -> {
            }
            case Instruction.MapReference reference -> {
            }
            case Instruction.MapValueAddress address -> {
            }
            case Instruction.CallHelper call -> read.addAll(call.arguments());
            case Instruction.CallFunction call -> read.addAll(call.arguments());
        }
        return onlyValues(read);
    }

    /** Returns the registers that the end of a block reads. */
    static List<Value> values(Terminator end) {
        return switch (end) {
            case Terminator.Jump jump -> List.of();
            case Terminator.Branch branch -> onlyValues(List.of(branch.left(), branch.right()));
            case Terminator.Return exit -> onlyValues(List.of(exit.value()));
        };
    }

    private static List<Value> onlyValues(List<?> read) {
        return read.stream().filter(Value.class::isInstance).map(Value.class::cast).toList();
    }

    /** Returns the slot that an instruction reaches or names. */
    static Optional<Slot> slotOf(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Load load -> slot(load.base());
            case Instruction.Store store -> slot(store.base());
            case Instruction.Atomic atomic -> slot(atomic.base());
            case Instruction.SlotAddress address -> Optional.of(address.slot());
            default -> Optional.empty();
        };
    }

    private static Optional<Slot> slot(Base base) {
        return base instanceof Slot slot ? Optional.of(slot) : Optional.empty();
    }

    /** Returns the blocks that may follow. */
    static List<Integer> targets(Terminator end) {
        return switch (end) {
            case Terminator.Jump jump -> List.of(jump.target());
            case Terminator.Branch branch -> List.of(branch.whenTrue(), branch.whenFalse());
            case Terminator.Return exit -> List.of();
        };
    }
}
