package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ReturnKind;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the blocks of one function in the order in which they lie, folding what is constant on the way. */
final class CodeBuilder {
    private static final long LOW_HALF = 0xffff_ffffL;

    private final List<Block> blocks = new ArrayList<>();
    private final SlotPool slots = new SlotPool();
    /** Registers, assigned once, whose upper 32 bits are known to be zero. */
    private final BitSet upperZero = new BitSet();
    /** What the source calls the values of variables. */
    private final Map<Value, String> names = new HashMap<>();
    private List<Instruction> open;
    private int openId;
    private int blockCount;
    private int valueCount;
    private Span at;

    CodeBuilder(Span at) {
        this.at = at;
    }

    /** Says which part of the source asks for what follows; returns the part before. */
    Span moveTo(Span place) {
        Span before = at;
        at = place;
        return before;
    }

    Span at() {
        return at;
    }

    SlotPool slots() {
        return slots;
    }

    Value value() {
        return new Value(valueCount++);
    }
    /** Notes what the source calls a value; the first name stays. */
    void name(Operand operand, String name) {
        if (operand instanceof Value value) {
            names.putIfAbsent(value, name);
        }
    }

    Map<Value, String> names() {
        return names;
    }

    int block() {
        return blockCount++;
    }

    /** Goes on writing at a block, which the one before runs into. */
    void start(int block) {
        jump(block);
        open = new ArrayList<>();
        openId = block;
    }

    /** Returns whether what is written next can be reached. */
    boolean reachable() {
        return open != null;
    }

    private void emit(Instruction instruction) {
        if (open == null) {
            start(block());
        }
        open.add(instruction);
    }

    private void end(Terminator terminator) {
        if (open != null) {
            blocks.add(new Block(openId, open, terminator));
            open = null;
        }
    }

    void jump(int target) {
        end(new Terminator.Jump(target, at));
    }

    void exit(Operand result) {
        end(new Terminator.Return(result, at));
    }

    void branch(Condition condition, boolean wide, Operand left, Operand right, int whenTrue, int whenFalse) {
        if (left instanceof Constant a && right instanceof Constant b) {
            jump(Arithmetic.holds(condition, wide, a.value(), b.value()) ? whenTrue : whenFalse);
        } else if (left instanceof Constant) {
            branch(condition.swapped(), wide, right, left, whenTrue, whenFalse);
        } else {
            end(new Terminator.Branch(condition, wide, left, narrow(wide, right), whenTrue, whenFalse, at));
        }
    }

    /** Branches on a pointer or 64-bit number being zero. */
    void branchIfZero(Operand value, int whenZero, int whenNot) {
        branch(Condition.EQUAL, true, value, Operand.constant(0), whenZero, whenNot);
    }

    private static Operand narrow(boolean wide, Operand operand) {
        return !wide && operand instanceof Constant constant
                ? Operand.constant((int) constant.value())
                : operand;
    }
    void copy(Value result, Operand source) {
        if (names.containsKey(result)) {
            name(source, names.get(result));
        }
        emit(new Instruction.Copy(result, source, at));
    }

    /** Makes a new register with the same content. */
    Value copyOf(Operand source) {
        Value result = value();
        copy(result, source);
        if (isUpperZero(source)) {
            upperZero.set(result.id());
        }
        return result;
    }

    /** Returns the operand in a register. */
    Value inRegister(Operand operand) {
        return operand instanceof Value value ? value : copyOf(operand);
    }

    /** Returns whether the upper half is known to be zero. */
    boolean isUpperZero(Operand operand) {
        return switch (operand) {
            case Constant constant -> constant.value() >>> 32 == 0;
            case Value value -> upperZero.get(value.id());
        };
    }

    /** Notes that a register's upper half is always zero, however often it is assigned. */
    void promiseUpperZero(Value value) {
        upperZero.set(value.id());
    }

    Operand binary(AluOperation operation, boolean wide, Operand left, Operand right) {
        if (left instanceof Constant a && right instanceof Constant b) {
            return Operand.constant(Arithmetic.apply(operation, wide, a.value(), b.value()));
        }
        if (left instanceof Constant && Simplifier.isCommutative(operation)) {
            return binary(operation, wide, right, left);
        }
        if (right instanceof Constant constant) {
            Optional<Operand> simpler = Simplifier.simplify(this, operation, wide, left, constant.value());
            if (simpler.isPresent()) {
                return simpler.get();
            }
        }
        Value result = value();
        binaryInto(result, operation, wide, left, right);
        if (!wide) {
            upperZero.set(result.id());
        }
        return result;
    }

    void binaryInto(Value result, AluOperation operation, boolean wide, Operand left, Operand right) {
        emit(new Instruction.Binary(result, operation, wide, left, narrow(wide, right), at));
    }

    Operand negate(boolean wide, Operand operand) {
        if (operand instanceof Constant constant) {
            return Operand.constant(wide ? -constant.value() : -constant.value() & LOW_HALF);
        }
        Value result = value();
        emit(new Instruction.Negate(result, wide, operand, at));
        if (!wide) {
            upperZero.set(result.id());
        }
        return result;
    }

    Operand extend(int bytes, boolean signed, Operand operand) {
        if (operand instanceof Constant constant) {
            return Operand.constant(Types.truncate(constant.value(), bytes, signed));
        }
        if (bytes == Long.BYTES || bytes == Integer.BYTES && !signed && isUpperZero(operand)) {
            return operand;
        }
        Value result = value();
        emit(new Instruction.Extend(result, bytes * Byte.SIZE, signed, operand, at));
        if (!signed) {
            upperZero.set(result.id());
        }
        return result;
    }

    Operand compare(Condition condition, boolean wide, Operand left, Operand right) {
        if (left instanceof Constant a && right instanceof Constant b) {
            return Operand.constant(Arithmetic.holds(condition, wide, a.value(), b.value()) ? 1 : 0);
        }
        if (left instanceof Constant) {
            return compare(condition.swapped(), wide, right, left);
        }
        Value result = value();
        emit(new Instruction.Compare(result, condition, wide, left, narrow(wide, right), at));
        upperZero.set(result.id());
        return result;
    }

    Value load(int bytes, boolean signed, Address from) {
        Value result = value();
        loadInto(result, bytes, signed, from);
        if (!signed && bytes < Long.BYTES) {
            upperZero.set(result.id());
        }
        return result;
    }

    void loadInto(Value result, int bytes, boolean signed, Address from) {
        boolean extends64 = signed && bytes < Long.BYTES;
        emit(new Instruction.Load(result, Width.ofBytes(bytes), extends64, from.base(), from.offset(), at));
    }

    void store(int bytes, Address to, Operand value) {
        Operand stored = value instanceof Constant constant
                ? Operand.constant(Types.truncate(constant.value(), bytes, true))
                : value;
        emit(new Instruction.Store(Width.ofBytes(bytes), to.base(), to.offset(), stored, at));
    }

    /** Changes memory at once and brings the old content back if it is asked for. */
    Optional<Value> atomic(AtomicOperation operation, int bytes, Address place, Operand operand,
            boolean fetch) {
        Optional<Value> result = fetch ? Optional.of(value()) : Optional.empty();
        emit(new Instruction.Atomic(result, operation, Width.ofBytes(bytes), place.base(), place.offset(),
                operand,
                Optional.empty(), at));
        if (bytes == Integer.BYTES) {
            result.ifPresent(this::promiseUpperZero);
        }
        return result;
    }

    /** Returns a pointer to a place. */
    Value pointerTo(Address place) {
        return switch (place.base()) {
            case Slot slot -> {
                Value result = value();
                emit(new Instruction.SlotAddress(result, slot, place.offset(), at));
                yield result;
            }
            case Value base -> inRegister(
                    binary(AluOperation.ADD, true, base, Operand.constant(place.offset())));
        };
    }

    Value map(String name) {
        Value result = value();
        emit(new Instruction.MapReference(result, name, at));
        return result;
    }

    /** Returns where a byte of the single value of an array map is. */
    Address mapValue(String name, int offset, int alignment) {
        Value result = value();
        emit(new Instruction.MapValueAddress(result, name, offset, at));
        return new Address(result, 0, alignment);
    }

    Value call(Helper helper, Operand... arguments) {
        boolean isVoid = helper.returns() == ReturnKind.VOID;
        Value result = value();
        emit(new Instruction.CallHelper(isVoid ? Optional.empty() : Optional.of(result), helper,
                List.of(arguments), at));
        return result;
    }

    void callFunction(Optional<Value> result, String function, List<Operand> arguments) {
        emit(new Instruction.CallFunction(result, function, arguments, at));
    }

    /** Ends the last block by leaving the function, and returns all that were written since the last time. */
    List<Block> takeBlocks() {
        exit(Operand.constant(0));
        List<Block> taken = List.copyOf(blocks);
        blocks.clear();
        return taken;
    }
}
