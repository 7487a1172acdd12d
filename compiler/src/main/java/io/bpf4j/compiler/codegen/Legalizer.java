package io.bpf4j.compiler.codegen;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.Compare;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.Instruction.Negate;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Terminator.Branch;
import io.bpf4j.compiler.ir.Terminator.Jump;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.opt.Names;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import java.util.ArrayList;
import java.util.List;

/** Rewrites what the machine has no instruction for into branches: comparisons to a number, signed division. */
final class Legalizer {

    private final boolean modern;
    private final Names names;
    private final List<Block> blocks = new ArrayList<>();
    private List<Instruction> pending = new ArrayList<>();
    private int current;

    private Legalizer(IrFunction function, boolean modern) {
        this.modern = modern;
        names = new Names(function);
    }

    static IrFunction legalize(IrFunction function, boolean modern) {
        Legalizer legalizer = new Legalizer(function, modern);
        for (Block block : withFreeEntry(function, legalizer.names)) {
            legalizer.block(block);
        }
        return function.withBlocks(legalizer.blocks);
    }

    /** The arguments are fetched once: nothing may lead back to the first block. */
    private static List<Block> withFreeEntry(IrFunction function, Names names) {
        int entry = function.blocks().getFirst().id();
        List<Block> blocks = new ArrayList<>(function.blocks());
        for (Block block : function.blocks()) {
            for (int target : Operands.targets(block.end())) {
                if (target == entry) {
                    blocks.addFirst(new Block(names.block(), List.of(), new Jump(entry, function.at())));
                    return blocks;
                }
            }
        }
        return blocks;
    }

    private void block(Block block) {
        current = block.id();
        for (Instruction instruction : block.instructions()) {
            switch (instruction) {
                case Compare compare -> compare(compare);
                case Binary binary when !modern && binary.operation() == AluOperation.SIGNED_DIVIDE ->
                    divide(binary);
                case Binary binary when !modern && binary.operation() == AluOperation.SIGNED_MODULO ->
                    modulo(binary);
                default -> pending.add(instruction);
            }
        }
        finish(block.end());
    }

    private void finish(Terminator end) {
        blocks.add(new Block(current, pending, end));
        pending = new ArrayList<>();
    }

    private void compare(Compare compare) {
        boolean aliased = compare.result().equals(compare.left()) || compare.result().equals(compare.right());
        Value flag = aliased ? names.value() : compare.result();
        pending.add(new Copy(flag, constant(1), compare.at()));
        int otherwise = names.block();
        int join = names.block();
        finish(new Branch(compare.condition(), compare.wide(), compare.left(), compare.right(), join,
                otherwise,
                compare.at()));
        current = otherwise;
        pending.add(new Copy(flag, constant(0), compare.at()));
        finish(new Jump(join, compare.at()));
        current = join;
        if (aliased) {
            pending.add(new Copy(compare.result(), flag, compare.at()));
        }
    }

    /** The quotient of the magnitudes, negative if one operand is; what is above the range wraps as it should. */
    private void divide(Binary division) {
        Value sign = names.value();
        pending.add(new Binary(sign, AluOperation.XOR, division.wide(), division.left(), division.right(),
                division.at()));
        signed(division, AluOperation.DIVIDE, sign);
    }

    /** The remainder of the magnitudes with the sign of the dividend. */
    private void modulo(Binary division) {
        Value sign = names.value();
        pending.add(new Copy(sign, division.left(), division.at()));
        signed(division, AluOperation.MODULO, sign);
    }

    private void signed(Binary division, AluOperation operation, Value sign) {
        Operand left = magnitude(division.left(), division);
        Operand right = magnitude(division.right(), division);
        Value result = names.value();
        pending.add(new Binary(result, operation, division.wide(), left, right, division.at()));
        negateIfNegative(sign, result, division.wide(), division.at());
        pending.add(new Copy(division.result(), result, division.at()));
    }

    private Operand magnitude(Operand operand, Binary division) {
        if (operand instanceof Constant(long value)) {
            return constant(division.wide() ? Math.abs(value) : Math.abs((int) value));
        }
        Value copy = names.value();
        pending.add(new Copy(copy, operand, division.at()));
        negateIfNegative(copy, copy, division.wide(), division.at());
        return copy;
    }

    private void negateIfNegative(Value tested, Value negated, boolean wide, Span at) {
        int negative = names.block();
        int join = names.block();
        finish(new Branch(Condition.SIGNED_GREATER_OR_EQUAL, wide, tested, constant(0), join, negative, at));
        current = negative;
        pending.add(new Negate(negated, wide, negated, at));
        finish(new Jump(join, at));
        current = join;
    }
}
