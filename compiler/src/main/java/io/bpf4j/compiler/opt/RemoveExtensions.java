package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.Instruction.Extend;
import io.bpf4j.compiler.ir.Instruction.Load;
import io.bpf4j.compiler.ir.Instruction.Store;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.abi.ReturnKind;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Leaves out extensions and masks of what is that narrow already, and lets 32-bit arithmetic and sign-extending loads
 * do the extension on the way.
 */
public final class RemoveExtensions {

    private final Definitions definitions;
    private final SignificantBits bits;
    private final boolean pointersInContext;
    private final Map<Value, Integer> signedLoads = new HashMap<>();

    private RemoveExtensions(IrFunction function, boolean pointersInContext) {
        this.pointersInContext = pointersInContext;
        definitions = new Definitions(function);
        bits = new SignificantBits(function);
    }

    /**
     * Runs the pass.
     *
     * @param pointersInContext whether 8 bytes of the context can be a pointer, as in programs of type TRACING
     */
    public static IrFunction run(IrFunction function, boolean pointersInContext) {
        RemoveExtensions pass = new RemoveExtensions(function, pointersInContext);
        IrFunction narrower = Flow.mapInstructions(function, pass::narrow);
        return Flow.withBlocks(function, narrower.blocks().stream().map(pass::signLoads).toList());
    }

    private Instruction narrow(Block block, Instruction instruction) {
        return switch (instruction) {
            case Extend extend when fits(extend) -> new Copy(extend.result(), extend.operand(), extend.at());
            case Extend extend -> extend(block, extend);
            case Binary binary when binary.operation() == AluOperation.AND
                    && binary.right() instanceof Constant(long mask)
                    && covers(mask, bits.of(binary.left()).unsigned()) ->
                new Copy(binary.result(), binary.left(), binary.at());
            case Store(var width, var base, var offset, var value, var at) ->
                new Store(width, base, offset, stored(block, width, value), at);
            default -> instruction;
        };
    }

    /** A store cuts its value off by itself; of a pointer the kernel wants all 8 bytes stored. */
    private Operand stored(Block block, Width width, Operand value) {
        return definitions.onlyIn(block, value).orElse(null) instanceof Extend extend
                && extend.bits() >= width.bytes() * Byte.SIZE && definitions.single(extend.operand())
                && scalar(extend.operand())
                        ? extend.operand()
                        : value;
    }

    private boolean fits(Extend extend) {
        SignificantBits.Bits known = bits.of(extend.operand());
        return (extend.signed() ? known.signed() : known.unsigned()) <= extend.bits();
    }

    private static boolean covers(long mask, int significant) {
        long possible = significant == 0 ? 0 : -1L >>> Long.SIZE - significant;
        return significant <= Integer.SIZE && (mask & possible) == possible;
    }

    private Instruction extend(Block block, Extend extend) {
        Instruction source = definitions.onlyIn(block, extend.operand()).orElse(null);
        return switch (source) {
            case Extend inner when inner.bits() >= extend.bits() && definitions.single(inner.operand()) ->
                new Extend(extend.result(), extend.bits(), extend.signed(), inner.operand(), extend.at());
            case Binary inner when !extend.signed() && extend.bits() == Integer.SIZE && inner.wide()
                    && lowHalfDependsOnLowHalves(inner) && scalar(inner.left()) && scalar(inner.right()) ->
                new Binary(extend.result(), inner.operation(), false, inner.left(), inner.right(),
                        extend.at());
            case Load load when extend.signed() && load.width().bytes() * Byte.SIZE == extend.bits()
                    && load.width() != Width.DOUBLE && definitions.uses(load.result()) == 1 -> {
                signedLoads.put(load.result(), extend.bits());
                yield new Copy(extend.result(), extend.operand(), extend.at());
            }
            case null, default -> extend;
        };
    }

    private static boolean lowHalfDependsOnLowHalves(Binary binary) {
        return switch (binary.operation()) {
            case ADD, SUBTRACT, MULTIPLY, AND, OR, XOR -> true;
            case SHIFT_LEFT ->
                binary.right() instanceof Constant(long count) && count >= 0 && count < Integer.SIZE;
            default -> false;
        };
    }

    /** No pointer may go through a 32-bit operation (kernel/bpf/verifier.c, adjust_ptr_min_max_vals). */
    private boolean scalar(Operand operand) {
        if (operand instanceof Constant) {
            return true;
        }
        return definitions.only(operand).filter(definition -> switch (definition) {
            case Extend extend -> true;
            case Instruction.CallHelper call -> call.helper().returns() == ReturnKind.INTEGER;
            case Load load ->
                load.width() != Width.DOUBLE || load.base() instanceof Value && !pointersInContext;
            case Binary binary -> !binary.wide() || switch (binary.operation()) {
                case ADD, SUBTRACT -> scalar(binary.left()) && scalar(binary.right());
                default -> true;
            };
            case Instruction.Compare compare -> true;
            case Instruction.ByteSwap swap -> true;
            default -> false;
        }).isPresent();
    }

    private Block signLoads(Block block) {
        List<Instruction> instructions = new ArrayList<>();
        for (Instruction instruction : block.instructions()) {
            instructions.add(instruction instanceof Load load && signedLoads.containsKey(load.result())
                    ? new Load(load.result(), load.width(), true, load.base(), load.offset(), load.at())
                    : instruction);
        }
        return new Block(block.id(), instructions, block.end());
    }
}
