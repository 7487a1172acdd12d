package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.X64Assembler;

/**
 * Emits several instructions of the program as one of the processor, where it has one for them: address arithmetic
 * with its load or store, copies with an addition, shifts there and back, and operations with memory. Nothing jumps to
 * any of them but the first, and what is not computed any more does not matter afterwards.
 */
final class Fusion {

    private final Emission emission;
    private final X64Assembler code;
    private final Instructions instructions;
    private final AluEmitter alu;
    private final MemoryEmitter memory;
    private final ControlEmitter control;

    Fusion(Emission emission, AluEmitter alu, MemoryEmitter memory, ControlEmitter control) {
        this.alu = alu;
        this.emission = emission;
        this.code = emission.code;
        this.instructions = emission.instructions;
        this.memory = memory;
        this.control = control;
    }

    /** Emits the instructions at an index if they can be fused; returns how many, or 0. */
    int tryEmit(int index) {
        return switch (instructions.get(index)) {
            case Alu first -> afterAlu(first, index);
            case Load first when !emission.checked -> afterLoad(first, index);
            default -> 0;
        };
    }

    /** Returns an instruction that follows, or null if there is none or something jumps to it. */
    private Insn follower(int index) {
        return index < instructions.size() && !emission.flow.isTarget(instructions.slotOf(index))
                && !startsFunction(index) ? instructions.get(index) : null;
    }

    private boolean startsFunction(int index) {
        int slot = instructions.slotOf(index);
        return emission.flow.functions().stream().anyMatch(function -> function.start() == slot);
    }

    private boolean isDeadAfter(int index, Register register) {
        return !emission.liveness.isLiveAfter(instructions.slotOf(index), register);
    }

    // There and back: a shift to the left and one to the right by the same count are an extension.

    private int afterAlu(Alu first, int index) {
        Insn next = follower(index + 1);
        if (next instanceof Branch branch && isOnZero(first, branch)) {
            return zeroTest(first, branch, index);
        }
        if (!(next instanceof Alu second) || second.dst() != first.dst() || second.wide() != first.wide()) {
            return first.operation() == AluOperation.MOVE ? 0 : addressOnly(first, index);
        }
        if (first.operation() == AluOperation.SHIFT_LEFT && first.wide()
                && first.src() instanceof Operand.Immediate(int left)
                && second.src() instanceof Operand.Immediate(int right) && left == right) {
            return extension(first, second, left);
        }
        if (first.operation() == AluOperation.MOVE && first.src() instanceof Register from && first.wide()) {
            return afterCopy(from, second, index);
        }
        return addressOnly(first, index);
    }

    // A branch on whether a result is zero finds that in the flags.

    private static boolean isOnZero(Alu first, Branch branch) {
        boolean setsFlags = switch (first.operation()) {
            case ADD, SUBTRACT, OR -> !first.src().equals(Operand.immediate(0));
            case XOR -> !first.src().equals(Operand.immediate(-1));
            case AND -> !first.src().equals(Operand.immediate(0xff))
                    && !first.src().equals(Operand.immediate(0xffff));
            default -> false;
        };
        return setsFlags && branch.left() == first.dst() && branch.wide() == first.wide()
                && branch.right().equals(Operand.immediate(0))
                && (branch.condition() == Condition.EQUAL || branch.condition() == Condition.NOT_EQUAL);
    }

    private int zeroTest(Alu first, Branch branch, int index) {
        if (first.operation() == AluOperation.AND && isDeadAfter(index + 1, first.dst())) {
            control.compare(Condition.ANY_BIT, first.wide(), Registers.of(first.dst()), first.src());
        } else {
            alu.emit(first, instructions.slotOf(index));
        }
        control.branch(branch.condition(), instructions.slotOf(index + 1),
                instructions.targetSlot(index + 1).orElseThrow());
        return 2;
    }

    private int extension(Alu first, Alu second, int count) {
        boolean signed = second.operation() == AluOperation.SHIFT_RIGHT_SIGNED;
        if (count != 32 && count != 48 && count != 56
                || !signed && second.operation() != AluOperation.SHIFT_RIGHT) {
            return 0;
        }
        Gpr dst = Registers.of(first.dst());
        OperandSize size = OperandSize.ofBytes((64 - count) / 8);
        if (signed) {
            code.movsx(QWORD, dst, size, dst);
        } else {
            code.movzx(dst, size, dst);
        }
        return 2;
    }

    // A copy and an addition or a small shift are the address of something.

    private int afterCopy(Register from, Alu second, int index) {
        Gpr source = Registers.of(from);
        Memory sum = switch (second.operation()) {
            case ADD -> switch (second.src()) {
                case Operand.Immediate(int value) -> Memory.at(source, value);
                case Register other when other == second.dst() -> null;
                case Register other -> Memory.indexed(source, Registers.of(other), 1, 0);
            };
            case SHIFT_LEFT -> second.src() instanceof Operand.Immediate(int count) && count > 0 && count <= 3
                    ? Memory.indexed(source, 1 << count, 0)
                    : null;
            default -> null;
        };
        if (sum == null) {
            return 0;
        }
        return access(second.dst(), sum, index + 2, 2);
    }

    /** An addition whose sum is used by the next access only becomes that access's operand. */
    private int addressOnly(Alu first, int index) {
        if (emission.checked || first.operation() != AluOperation.ADD || !first.wide()
                || !(first.src() instanceof Register other)) {
            return 0;
        }
        Memory sum = Memory.indexed(Registers.of(first.dst()), Registers.of(other), 1, 0);
        Memory operand = operandOf(first.dst(), sum, index + 1);
        return operand == null ? 0 : emitAccess(index + 1, operand, 1);
    }

    private int access(Register sum, Memory address, int index, int count) {
        Memory operand = emission.checked ? null : operandOf(sum, address, index);
        if (operand != null) {
            return emitAccess(index, operand, count);
        }
        if (!emission.checked && address.index() != null && address.base() == null
                && follower(index) instanceof Alu add && add.operation() == AluOperation.ADD && add.wide()
                && add.dst() == sum && add.src() instanceof Register base && base != sum) {
            return access(sum, Memory.indexed(Registers.of(base), address.index(), address.scale(), 0),
                    index + 1,
                    count + 1);
        }
        code.lea(QWORD, Registers.of(sum), address);
        return count;
    }

    private int emitAccess(int index, Memory operand, int before) {
        switch (instructions.get(index)) {
            case Load load -> memory.load(load, operand);
            case Store store -> memory.store(store, operand);
            default -> throw new IllegalStateException("no access at " + index);
        }
        return before + 1;
    }

    /** Returns the operand of the access at an index if its base is a sum that nobody else needs; else null. */
    private Memory operandOf(Register sum, Memory address, int index) {
        boolean fits = switch (follower(index)) {
            case Load load -> load.base() == sum && (load.dst() == sum || isDeadAfter(index, sum));
            case Store store -> store.base() == sum && store.value() != sum && isDeadAfter(index, sum);
            case null, default -> false;
        };
        if (!fits) {
            return null;
        }
        int offset = instructions.get(index) instanceof Load load
                ? load.offset()
                : ((Store) instructions.get(index)).offset();
        long displacement = (long) address.displacement() + offset;
        return displacement == (int) displacement ? address.plus(offset) : null;
    }

    // Operations with memory: a loaded number that is used once is an operand.

    private int afterLoad(Load load, int index) {
        if (load.signed()) {
            return 0;
        }
        return switch (follower(index + 1)) {
            case Alu next when next.src() == load.dst() && next.dst() != load.dst()
                    && isDeadAfter(index + 1, load.dst())
                    && load.width() == (next.wide() ? Width.DOUBLE : Width.WORD)
                    && isSimple(next.operation()) -> {
                code.alu(AluEmitter.simple(next.operation()), Emission.size(next.wide()),
                        Registers.of(next.dst()),
                        operand(load));
                yield 2;
            }
            case Alu next when next.dst() == load.dst() && load.dst() != load.base() ->
                inPlace(load, next, index);
            case Branch branch when branch.left() == load.dst() && isDeadAfter(index + 1, load.dst()) ->
                compare(load, branch, index);
            case null, default -> 0;
        };
    }

    private static boolean isSimple(AluOperation operation) {
        return switch (operation) {
            case ADD, SUBTRACT, OR, AND, XOR -> true;
            default -> false;
        };
    }

    private Memory operand(Load load) {
        return Memory.at(Registers.of(load.base()), load.offset());
    }

    /** A number that is loaded, changed and stored again. */
    private int inPlace(Load load, Alu alu, int index) {
        if (!(follower(index + 2) instanceof Store store) || store.value() != load.dst()
                || store.width() != load.width() || store.base() != load.base()
                || store.offset() != load.offset()
                || !isSimple(alu.operation()) || !isDeadAfter(index + 2, load.dst())
                || alu.src() == load.dst()) {
            return 0;
        }
        OperandSize size = Emission.size(load.width());
        switch (alu.src()) {
            case Register src ->
                code.alu(AluEmitter.simple(alu.operation()), size, operand(load), Registers.of(src));
            case Operand.Immediate(int value) ->
                code.alu(AluEmitter.simple(alu.operation()), size, operand(load),
                        size == OperandSize.BYTE
                                ? (byte) value
                                : size == OperandSize.WORD ? (short) value : value);
        }
        return 3;
    }

    /** A number that is loaded and compared: the widths must agree, so that the flags do. */
    private int compare(Load load, Branch branch, int index) {
        if (load.width() != (branch.wide() ? Width.DOUBLE : Width.WORD)
                || branch.condition() == Condition.ANY_BIT || branch.right() == load.dst()) {
            return 0;
        }
        OperandSize size = branch.wide() ? QWORD : DWORD;
        switch (branch.right()) {
            case Register right ->
                code.alu(io.bpf4j.vm.x64.Alu.CMP, size, operand(load), Registers.of(right));
            case Operand.Immediate(int value) ->
                code.alu(io.bpf4j.vm.x64.Alu.CMP, size, operand(load), value);
        }
        control.branch(branch.condition(), instructions.slotOf(index + 1),
                instructions.targetSlot(index + 1).orElseThrow());
        return 2;
    }
}
