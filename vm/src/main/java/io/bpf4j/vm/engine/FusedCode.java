package io.bpf4j.vm.engine;

import static io.bpf4j.vm.isa.AluOperation.ADD;
import static io.bpf4j.vm.isa.AluOperation.MOVE;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;

/**
 * What the inner loop runs in place of {@link MicroCode}: some words do what the next one or two do as well, and skip
 * them. Those stay as they are, so that jumps may lead to them, and so that whoever cannot do all at once does one.
 *
 * <pre>
 *  63          36 35 32 31          16 15  12 11   8 7       0
 * |             | third | offset       | src  | dst  | code    |   SUM:       dst = src + third
 * |      loaded | third | offset       | src  | dst  | code    |   SUM_LOAD:  and loaded = *(dst + offset)
 * | immediate           | distance     | step | dst  | code    |   STEP:      dst += step; branch on dst and immediate
 * </pre>
 */
final class FusedCode {

    static final int SUM = 90;
    /** Plus {@link MicroCode#BYTE} and so on. */
    static final int SUM_LOAD = 92;
    static final int STEP_NOT_EQUAL = 96;
    static final int STEP_EQUAL = 97;
    static final int STEP_LESS = 98;

    private static final int LEAST_STEP = -8;
    private static final int MOST_STEP = 7;

    private final Instructions instructions;

    private FusedCode(Instructions instructions) {
        this.instructions = instructions;
    }

    /** Fuses what can be fused in a program's words. */
    static long[] of(long[] plain, Instructions instructions) {
        FusedCode fusion = new FusedCode(instructions);
        long[] fused = plain.clone();
        for (int index = 0; index + 1 < instructions.size(); index++) {
            if (instructions.get(index) instanceof Alu first && first.wide()) {
                long word = fusion.startingWith(first, index);
                if (word != 0) {
                    fused[instructions.slotOf(index)] = word;
                }
            }
        }
        return fused;
    }

    /** Returns the word for an instruction and those that follow, or 0 if they cannot be fused. */
    private long startingWith(Alu first, int index) {
        return switch (instructions.get(index + 1)) {
            case Alu second when first.operation() == MOVE && first.src() instanceof Register src
                    && second.operation() == ADD && second.wide() && second.dst() == first.dst()
                    && second.src() instanceof Register third && third != first.dst() ->
                sum(first.dst(), src, third, index);
            case Branch branch when first.operation() == ADD
                    && first.src() instanceof Operand.Immediate(int step)
                    && step >= LEAST_STEP && step <= MOST_STEP && branch.wide()
                    && branch.left() == first.dst()
                    && branch.right() instanceof Operand.Immediate(int limit) ->
                step(first.dst(), step, branch, limit);
            default -> 0;
        };
    }

    private long sum(Register dst, Register src, Register third, int index) {
        Insn next = index + 2 < instructions.size() ? instructions.get(index + 2) : null;
        if (next instanceof Load load && !load.signed() && load.base() == dst) {
            return word(SUM_LOAD + MicroCode.code(load.width()), dst.number(), src.number(), load.offset(),
                    third.number() | load.dst().number() << 4);
        }
        return word(SUM, dst.number(), src.number(), 0, third.number());
    }

    private static long step(Register dst, int step, Branch branch, int limit) {
        int code = switch (branch.condition()) {
            case NOT_EQUAL -> STEP_NOT_EQUAL;
            case EQUAL -> STEP_EQUAL;
            case LESS -> STEP_LESS;
            default -> 0;
        };
        return code == 0 ? 0 : word(code, dst.number(), step & 15, branch.distance(), limit);
    }

    private static long word(int code, int dst, int src, int offset, int immediate) {
        return MicroCode.word(code, dst, src, offset, immediate);
    }
}
