package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chooses operations for the instructions of a legal function, one block after the other. */
final class Selector {

    private static final long LOW_HALF = 0xffff_ffffL;

    private final boolean modern;
    private final Map<Value, Integer> registers = new HashMap<>();
    private int nextRegister = MachineFunction.FIRST_VIRTUAL;
    private int nextSlot;
    private List<Step> steps;
    private Span at;
    private final IrFunction function;
    /** What the source calls the register that the instruction at hand defines. */
    private String name = "";
    private int named;

    private Selector(IrFunction function, boolean modern) {
        this.function = function;
        this.modern = modern;
    }

    static MachineFunction select(IrFunction function, boolean modern) {
        Selector selector = new Selector(function, modern);
        List<MachineBlock> blocks = new ArrayList<>();
        for (Block block : function.blocks()) {
            blocks.add(selector.block(block, blocks.isEmpty() ? function : null));
        }
        return new MachineFunction(function, blocks, selector.nextRegister, selector.nextSlot);
    }

    private MachineBlock block(Block block, IrFunction entered) {
        steps = new ArrayList<>();
        if (entered != null) {
            at = entered.at();
            for (int index = 0; index < entered.parameters().size(); index++) {
                emit(new Operation.Move(register(entered.parameters().get(index)),
                        Operation.FIRST_ARGUMENT + index));
            }
        }
        for (Instruction instruction : block.instructions()) {
            at = instruction.at();
            name = "";
            Operands.result(instruction).filter(function.names()::containsKey).ifPresent(result -> {
                name = function.names().get(result);
                named = register(result);
            });
            instruction(instruction);
            name = "";
        }
        at = block.end().at();
        Ending end = ending(block.end());
        return new MachineBlock(block.id(), steps, end, at);
    }
    private void emit(Operation operation) {
        int[] defined = name.isEmpty() ? new int[0] : Accesses.of(operation).definitions();
        boolean names = operation.isCall() || defined.length == 1 && defined[0] == named;
        steps.add(new Step(operation, at, names ? name : ""));
    }

    private int register(Value value) {
        return registers.computeIfAbsent(value, fresh -> nextRegister++);
    }

    private void instruction(Instruction instruction) {
        switch (instruction) {
            case Instruction.Copy copy -> assign(register(copy.result()), copy.source());
            case Instruction.Binary binary -> binary(binary);
            case Instruction.Negate negate -> {
                int result = register(negate.result());
                assign(result, negate.operand());
                emit(new Operation.Negate(negate.wide(), result));
            }
            case Instruction.Extend extend -> extend(extend);
            case Instruction.ByteSwap swap -> {
                int result = register(swap.result());
                assign(result, swap.operand());
                emit(new Operation.Swap(order(swap.order()), swap.bits(), result));
            }
            case Instruction.Compare compare ->
                throw new IllegalArgumentException("comparison left by the legalizer: " + compare);
            case Instruction.Load load -> load(load);
            case Instruction.Store store -> emit(new Operation.Store(store.width(),
                    place(store.base(), store.offset()), stored(store)));
            case Instruction.Atomic atomic -> atomic(atomic);
            case Instruction.SlotAddress address -> emit(new Operation.FrameAddress(
                    register(address.result()), seen(address.slot()), address.offset()));
            case Instruction.MapReference map ->
                emit(new Operation.MapHandle(register(map.result()), map.map()));
            case Instruction.MapValueAddress address ->
                emit(new Operation.MapValue(register(address.result()),
                        address.map(), address.offset()));
            case Instruction.CallHelper call -> {
                arguments(call.arguments());
                emit(new Operation.CallHelper(call.helper(), call.arguments().size()));
                call.result().ifPresent(result -> emit(
                        new Operation.Move(register(result), Operation.RESULT)));
            }
            case Instruction.CallFunction call -> {
                arguments(call.arguments());
                emit(new Operation.CallFunction(call.function(), call.arguments().size()));
                call.result().ifPresent(result -> emit(
                        new Operation.Move(register(result), Operation.RESULT)));
            }
        }
    }

    private void arguments(List<Operand> arguments) {
        if (arguments.size() > Operation.ARGUMENTS) {
            throw new IllegalArgumentException("a call with " + arguments.size() + " arguments");
        }
        for (int index = 0; index < arguments.size(); index++) {
            assign(Operation.FIRST_ARGUMENT + index, arguments.get(index));
        }
    }

    private void assign(int register, Operand operand) {
        switch (operand) {
            case Value value when register(value) != register ->
                emit(new Operation.Move(register, register(value)));
            case Value same -> {
                /* it is there */ }
            case Constant(long value) -> emit(new Operation.Constant(register, value));
        }
    }

    /** Returns a register that holds the operand: its own, or a new one with the constant. */
    private int inRegister(Operand operand) {
        return operand instanceof Value value ? register(value) : inNewRegister(operand);
    }

    private int inNewRegister(Operand operand) {
        int fresh = nextRegister++;
        assign(fresh, operand);
        return fresh;
    }

    private Source source(Operand operand, boolean wide) {
        return operand instanceof Constant(long value) && (!wide || value == (int) value)
                ? new Source.Immediate((int) value)
                : new Source.InRegister(inRegister(operand));
    }

    private void binary(Instruction.Binary binary) {
        int result = register(binary.result());
        Operand left = binary.left();
        Operand right = binary.right();
        if (commutes(binary.operation()) && (left instanceof Constant || binary.result().equals(right))) {
            left = binary.right();
            right = binary.left();
        }
        if (right instanceof Constant(long value) && value == LOW_HALF && binary.wide()
                && binary.operation() == AluOperation.AND && left instanceof Value value32) {
            emit(new Operation.ZeroExtend(result, register(value32)));
            return;
        }
        boolean overwritten = binary.result().equals(right) && !right.equals(left);
        int target = overwritten ? nextRegister++ : result;
        assign(target, left);
        emit(arithmetic(binary.operation(), binary.wide(), target, right));
        if (overwritten) {
            emit(new Operation.Move(result, target));
        }
    }

    private Operation arithmetic(AluOperation operation, boolean wide, int target, Operand right) {
        if (!(right instanceof Constant(long value))) {
            return new Operation.Alu(operation, wide, target, source(right, wide));
        }
        return switch (operation) {
            case SUBTRACT -> new Operation.Alu(AluOperation.ADD, wide, target,
                    source(new Constant(-value), wide));
            // The kernel refuses immediate counts that it would have to mask (verifier.c, check_alu_op).
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> new Operation.Alu(operation, wide, target,
                    new Source.Immediate((int) value & (wide ? 63 : 31)));
            // The kernel refuses an immediate zero.
            case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO -> new Operation.Alu(operation, wide, target,
                    (wide ? value : (int) value) == 0
                            ? new Source.InRegister(inNewRegister(right))
                            : source(right, wide));
            default -> new Operation.Alu(operation, wide, target, source(right, wide));
        };
    }

    private static boolean commutes(AluOperation operation) {
        return switch (operation) {
            case ADD, MULTIPLY, AND, OR, XOR -> true;
            default -> false;
        };
    }

    private void extend(Instruction.Extend extend) {
        int result = register(extend.result());
        if (extend.signed()) {
            int operand = inRegister(extend.operand());
            signExtend(extend.bits(), result, operand);
        } else if (extend.bits() == 32) {
            emit(new Operation.ZeroExtend(result, inRegister(extend.operand())));
        } else {
            assign(result, extend.operand());
            emit(new Operation.Alu(AluOperation.AND, false, result,
                    new Source.Immediate((1 << extend.bits()) - 1)));
        }
    }

    private void signExtend(int bits, int result, int operand) {
        if (modern) {
            emit(new Operation.SignExtend(bits, result, operand));
            return;
        }
        if (result != operand) {
            emit(new Operation.Move(result, operand));
        }
        Source count = new Source.Immediate(64 - bits);
        emit(new Operation.Alu(AluOperation.SHIFT_LEFT, true, result, count));
        emit(new Operation.Alu(AluOperation.SHIFT_RIGHT_SIGNED, true, result, count));
    }

    /** Without an unconditional swap, conversion to big-endian is one: the kernel's machines here are little-endian. */
    private Order order(Order order) {
        return order == Order.REVERSED && !modern ? Order.BIG_ENDIAN : order;
    }

    private void load(Instruction.Load load) {
        int result = register(load.result());
        boolean extend = load.signed() && load.width() != Width.DOUBLE;
        Place place = place(load.base(), load.offset());
        emit(new Operation.Load(load.width(), extend && modern, result, place));
        if (extend && !modern) {
            signExtend(load.width().bytes() * Byte.SIZE, result, result);
        }
    }

    private Source stored(Instruction.Store store) {
        return switch (store.width()) {
            case DOUBLE -> source(store.value(), true);
            case WORD -> source(store.value(), false);
            case HALF -> source(truncated(store.value(), 0xffff), false);
            case BYTE -> source(truncated(store.value(), 0xff), false);
        };
    }

    private static Operand truncated(Operand operand, int mask) {
        return operand instanceof Constant(long value) ? new Constant(value & mask) : operand;
    }

    private Place place(Base base, int offset) {
        return switch (base) {
            case Slot slot -> new Place.InFrame(seen(slot), offset);
            case Value value when offset == (short) offset -> new Place.Indirect(register(value), offset);
            case Value value -> {
                int sum = inNewRegister(value);
                emit(new Operation.Alu(AluOperation.ADD, true, sum, source(new Constant(offset), true)));
                yield new Place.Indirect(sum, 0);
            }
        };
    }

    private Slot seen(Slot slot) {
        nextSlot = Math.max(nextSlot, slot.id() + 1);
        return slot;
    }

    private void atomic(Instruction.Atomic atomic) {
        Place place = place(atomic.base(), atomic.offset());
        boolean exchange = atomic.operation() == AtomicOperation.COMPARE_EXCHANGE;
        boolean fetch = atomic.result().isPresent() || atomic.operation().alwaysFetches();
        int operand = fetch && !exchange ? inNewRegister(atomic.operand()) : inRegister(atomic.operand());
        if (exchange) {
            assign(Operation.RESULT, atomic.expected().orElseThrow());
        }
        emit(new Operation.Atomic(atomic.operation(), atomic.width(), fetch, place, operand));
        atomic.result().ifPresent(result -> emit(
                new Operation.Move(register(result), exchange ? Operation.RESULT : operand)));
    }

    private Ending ending(Terminator terminator) {
        return switch (terminator) {
            case Terminator.Jump jump -> new Ending.Goto(jump.target());
            case Terminator.Branch branch when branch.left() instanceof Constant
                    && branch.right() instanceof Value value ->
                new Ending.Fork(branch.condition().swapped(), branch.wide(), register(value),
                        source(branch.left(), branch.wide()), branch.whenTrue(), branch.whenFalse());
            case Terminator.Branch branch -> {
                int left = inRegister(branch.left());
                yield new Ending.Fork(branch.condition(), branch.wide(), left,
                        source(branch.right(), branch.wide()), branch.whenTrue(), branch.whenFalse());
            }
            case Terminator.Return result -> {
                assign(Operation.RESULT, result.value());
                yield new Ending.Exit();
            }
        };
    }
}
