package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Width;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs three-address code step by step, as its definition says. */
final class IrInterpreter {

    private static final long CONTEXT_ADDRESS = 0x7000_0000L;

    private final IrProgram program;
    private final TreeMap<Long, ByteBuffer> memory = new TreeMap<>();
    private long nextAddress = 0x1000L;

    IrInterpreter(IrProgram program) {
        this.program = program;
    }

    long run(byte[] context) {
        memory.put(CONTEXT_ADDRESS, ByteBuffer.wrap(context.clone()).order(ByteOrder.LITTLE_ENDIAN));
        return call(program.functions().getFirst(), List.of(CONTEXT_ADDRESS));
    }

    private long call(IrFunction function, List<Long> arguments) {
        return new Activation().run(function, arguments);
    }

    private final class Activation {
        private final Map<Value, Long> values = new HashMap<>();
        private final Map<Slot, Long> slots = new HashMap<>();

        long run(IrFunction function, List<Long> arguments) {
            for (int index = 0; index < function.parameters().size(); index++) {
                values.put(function.parameters().get(index), arguments.get(index));
            }
            Map<Integer, Block> blocks = new HashMap<>();
            function.blocks().forEach(block -> blocks.put(block.id(), block));
            Block block = function.blocks().getFirst();
            while (true) {
                block.instructions().forEach(this::step);
                switch (block.end()) {
                    case Terminator.Jump jump -> block = blocks.get(jump.target());
                    case Terminator.Branch branch -> {
                        boolean taken = holds(branch.condition(), branch.wide(), value(branch.left()),
                                value(branch.right()));
                        block = blocks.get(taken ? branch.whenTrue() : branch.whenFalse());
                    }
                    case Terminator.Return end -> {
                        return value(end.value());
                    }
                }
            }
        }

        private long value(Operand operand) {
            return switch (operand) {
                case Operand.Constant(long number) -> number;
                case Value name -> {
                    Long number = values.get(name);
                    if (number == null) {
                        throw new IllegalStateException(name + " is read before it is assigned");
                    }
                    yield number;
                }
            };
        }

        private long address(Base base, int offset) {
            return offset + switch (base) {
                case Value name -> value(name);
                case Slot slot -> slots.computeIfAbsent(slot, fresh -> {
                    long at = nextAddress;
                    nextAddress += 4096;
                    memory.put(at, ByteBuffer.allocate(fresh.size()).order(ByteOrder.LITTLE_ENDIAN));
                    return at;
                });
            };
        }

        private void step(Instruction instruction) {
            switch (instruction) {
                case Instruction.Copy copy -> values.put(copy.result(), value(copy.source()));
                case Instruction.Binary binary -> values.put(binary.result(), compute(binary.operation(),
                        binary.wide(), value(binary.left()), value(binary.right())));
                case Instruction.Negate negate -> values.put(negate.result(), negate.wide()
                        ? -value(negate.operand())
                        : -value(negate.operand()) & 0xffff_ffffL);
                case Instruction.Extend extend -> values.put(extend.result(),
                        extended(value(extend.operand()), extend.bits(), extend.signed()));
                case Instruction.ByteSwap swap -> values.put(swap.result(), swapped(swap));
                case Instruction.Compare compare -> values.put(compare.result(),
                        holds(compare.condition(), compare.wide(), value(compare.left()),
                                value(compare.right())) ? 1L : 0L);
                case Instruction.Load load -> values.put(load.result(), extended(
                        read(address(load.base(), load.offset()), load.width()), load.width().bytes() * 8,
                        load.signed()));
                case Instruction.Store store ->
                    write(address(store.base(), store.offset()), store.width(), value(store.value()));
                case Instruction.Atomic atomic -> atomic(atomic);
                case Instruction.SlotAddress address ->
                    values.put(address.result(), address(address.slot(), address.offset()));
                case Instruction.CallFunction call -> {
                    IrFunction callee = program.functions().stream()
                            .filter(function -> function.name().equals(call.function())).findFirst()
                            .orElseThrow();
                    long result = call(callee, call.arguments().stream().map(this::value).toList());
                    call.result().ifPresent(name -> values.put(name, result));
                }
                case Instruction.CallHelper call -> {
                    if (call.result().isPresent()) {
                        throw new IllegalArgumentException(
                                "the result of " + call.helper() + " is not known");
                    }
                }
                default -> throw new IllegalArgumentException("cannot run " + instruction);
            }
        }

        private long swapped(Instruction.ByteSwap swap) {
            long value = value(swap.operand());
            if (swap.order() == Order.LITTLE_ENDIAN) {
                return extended(value, swap.bits(), false);
            }
            return Long.reverseBytes(value) >>> 64 - swap.bits();
        }

        private void atomic(Instruction.Atomic atomic) {
            long at = address(atomic.base(), atomic.offset());
            long old = read(at, atomic.width());
            long operand = value(atomic.operand());
            long expected = extended(atomic.expected().map(this::value).orElse(0L),
                    atomic.width().bytes() * 8, false);
            write(at, atomic.width(), switch (atomic.operation()) {
                case ADD -> old + operand;
                case OR -> old | operand;
                case AND -> old & operand;
                case XOR -> old ^ operand;
                case EXCHANGE -> operand;
                case COMPARE_EXCHANGE -> old == expected ? operand : old;
            });
            atomic.result().ifPresent(name -> values.put(name, old));
        }
    }

    private long read(long address, Width width) {
        var object = memory.floorEntry(address);
        int offset = (int) (address - object.getKey());
        return switch (width) {
            case BYTE -> object.getValue().get(offset) & 0xffL;
            case HALF -> object.getValue().getShort(offset) & 0xffffL;
            case WORD -> object.getValue().getInt(offset) & 0xffff_ffffL;
            case DOUBLE -> object.getValue().getLong(offset);
        };
    }

    private void write(long address, Width width, long value) {
        var object = memory.floorEntry(address);
        int offset = (int) (address - object.getKey());
        switch (width) {
            case BYTE -> object.getValue().put(offset, (byte) value);
            case HALF -> object.getValue().putShort(offset, (short) value);
            case WORD -> object.getValue().putInt(offset, (int) value);
            case DOUBLE -> object.getValue().putLong(offset, value);
            default -> throw new IllegalArgumentException(width.toString());
        }
    }

    static long extended(long value, int bits, boolean signed) {
        int shift = 64 - bits;
        return signed ? value << shift >> shift : value << shift >>> shift;
    }

    static long compute(AluOperation operation, boolean wide, long left, long right) {
        if (wide) {
            return compute64(operation, left, right);
        }
        int one = (int) left;
        int other = (int) right;
        int result = switch (operation) {
            case DIVIDE -> other == 0 ? 0 : Integer.divideUnsigned(one, other);
            case SIGNED_DIVIDE -> other == 0 ? 0 : one / other;
            case MODULO -> other == 0 ? one : Integer.remainderUnsigned(one, other);
            case SIGNED_MODULO -> other == 0 ? one : one % other;
            case SHIFT_LEFT -> one << other;
            case SHIFT_RIGHT -> one >>> other;
            case SHIFT_RIGHT_SIGNED -> one >> other;
            default -> (int) compute64(operation, left, right);
        };
        return result & 0xffff_ffffL;
    }

    private static long compute64(AluOperation operation, long left, long right) {
        return switch (operation) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> right == 0 ? 0 : Long.divideUnsigned(left, right);
            case SIGNED_DIVIDE -> right == 0 ? 0 : left / right;
            case OR -> left | right;
            case AND -> left & right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case MODULO -> right == 0 ? left : Long.remainderUnsigned(left, right);
            case SIGNED_MODULO -> right == 0 ? left : left % right;
            case XOR -> left ^ right;
            case MOVE -> right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
        };
    }

    static boolean holds(Condition condition, boolean wide, long left, long right) {
        long one = wide ? left : (int) left;
        long other = wide ? right : (int) right;
        int unsigned = Long.compareUnsigned(one, other);
        return switch (condition) {
            case EQUAL -> one == other;
            case NOT_EQUAL -> one != other;
            case ANY_BIT -> (one & other) != 0;
            case GREATER -> unsigned > 0;
            case GREATER_OR_EQUAL -> unsigned >= 0;
            case LESS -> unsigned < 0;
            case LESS_OR_EQUAL -> unsigned <= 0;
            case SIGNED_GREATER -> one > other;
            case SIGNED_GREATER_OR_EQUAL -> one >= other;
            case SIGNED_LESS -> one < other;
            case SIGNED_LESS_OR_EQUAL -> one <= other;
        };
    }
}
