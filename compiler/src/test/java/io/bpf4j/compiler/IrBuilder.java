package io.bpf4j.compiler;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function.Parameter;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes functions in three-address code by hand; every instruction is on a line of its own. */
public final class IrBuilder {

    private static final SourceFile FILE = new SourceFile("hand.probe", "text of line\n".repeat(200));

    private final List<Block> blocks = new ArrayList<>();
    private List<Instruction> pending = new ArrayList<>();
    private final List<Value> parameters = new ArrayList<>();
    private int current;
    private int nextValue;
    private int nextSlot;
    private int line = 1;

    public Value parameter() {
        Value value = fresh();
        parameters.add(value);
        return value;
    }

    public Value fresh() {
        return new Value(nextValue++);
    }

    public Slot slot(int size, String name) {
        return new Slot(nextSlot++, size, 8, name, new Span(FILE, line, 1, line, 2));
    }

    private Span at() {
        int here = line++;
        return new Span(FILE, here, 1, here, 2);
    }

    public Value copy(Operand source) {
        return assign(fresh(), source);
    }

    public Value assign(Value result, Operand source) {
        pending.add(new Instruction.Copy(result, source, at()));
        return result;
    }

    public Value binary(AluOperation operation, boolean wide, Operand left, Operand right) {
        return binary(fresh(), operation, wide, left, right);
    }

    public Value binary(Value result, AluOperation operation, boolean wide, Operand left, Operand right) {
        pending.add(new Instruction.Binary(result, operation, wide, left, right, at()));
        return result;
    }

    public Value extend(int bits, boolean signed, Operand operand) {
        Value result = fresh();
        pending.add(new Instruction.Extend(result, bits, signed, operand, at()));
        return result;
    }

    public Value compare(Condition condition, Operand left, Operand right) {
        Value result = fresh();
        pending.add(new Instruction.Compare(result, condition, true, left, right, at()));
        return result;
    }

    public Value load(Width width, Base base, int offset) {
        Value result = fresh();
        pending.add(new Instruction.Load(result, width, false, base, offset, at()));
        return result;
    }

    public void store(Width width, Base base, int offset, Operand value) {
        pending.add(new Instruction.Store(width, base, offset, value, at()));
    }

    public void atomicAdd(Base base, int offset, Operand operand) {
        pending.add(new Instruction.Atomic(Optional.empty(), AtomicOperation.ADD, Width.DOUBLE, base, offset,
                operand,
                Optional.empty(), at()));
    }

    public Value address(Slot slot) {
        Value result = fresh();
        pending.add(new Instruction.SlotAddress(result, slot, 0, at()));
        return result;
    }

    public Value map(String name) {
        Value result = fresh();
        pending.add(new Instruction.MapReference(result, name, at()));
        return result;
    }

    public Value global(String map, int offset) {
        Value result = fresh();
        pending.add(new Instruction.MapValueAddress(result, map, offset, at()));
        return result;
    }

    public Value call(Helper helper, Operand... arguments) {
        Value result = fresh();
        pending.add(new Instruction.CallHelper(Optional.of(result), helper, List.of(arguments), at()));
        return result;
    }

    public Value call(String function, Operand... arguments) {
        Value result = fresh();
        pending.add(new Instruction.CallFunction(Optional.of(result), function, List.of(arguments), at()));
        return result;
    }

    /** Ends the block with a branch and goes on in the block {@code then}. */
    public void branch(Condition condition, Operand left, Operand right, int whenTrue, int whenFalse,
            int then) {
        end(new Terminator.Branch(condition, true, left, right, whenTrue, whenFalse, at()), then);
    }

    /** Ends the block with a jump and goes on in the block {@code then}. */
    public void jump(int target, int then) {
        end(new Terminator.Jump(target, at()), then);
    }

    public void end(int result) {
        end(constant(result));
    }

    public void end(Operand result) {
        end(new Terminator.Return(result, at()), -1);
    }

    public void end(int result, int then) {
        end(constant(result), then);
    }

    public void end(Operand result, int then) {
        end(new Terminator.Return(result, at()), then);
    }

    private void end(Terminator terminator, int then) {
        blocks.add(new Block(current, pending, terminator));
        pending = new ArrayList<>();
        current = then;
    }

    public IrFunction function(String name) {
        List<Parameter> signature = parameters.stream()
                .map(value -> new Parameter("p" + value.id(), IntType.U64)).toList();
        return new IrFunction(name, parameters, signature, IntType.S32, blocks, new Span(FILE, 1, 1, 1, 2));
    }

    public static IrUnit unit(ProgramType type, List<MapSpec> maps, IrFunction... functions) {
        IrProgram program = new IrProgram(functions[0].name(), type, new AttachSpec.Begin(),
                List.of(functions));
        return new IrUnit("hand", "GPL", List.of(program), maps, List.of(), List.of(), List.of(), List.of());
    }
}
