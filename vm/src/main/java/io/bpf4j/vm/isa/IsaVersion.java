package io.bpf4j.vm.isa;

import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import java.util.List;

/**
 * The steps in which the instruction set grew, as compilers number them ({@code -mcpu=v1} to {@code v4}).
 *
 * <p>The version is that of the instruction itself: a store of an immediate is in {@link #V1}, although compilers
 * emit it from v4 on only.
 */
public enum IsaVersion {
    /** The first set: all but what follows. */
    V1,
    /** Branches on less and less-or-equal (Linux 4.14). */
    V2,
    /** 32-bit branches (Linux 5.1) and atomic operations other than a plain add (Linux 5.12). */
    V3,
    /** Sign-extending loads and moves, unconditional swaps, signed division, long jumps (Linux 6.6). */
    V4;

    /** Returns the first version that has the instruction. */
    public static IsaVersion of(Insn insn) {
        return switch (insn) {
            case MoveSignExtended move -> V4;
            case ByteSwap swap -> swap.order() == ByteSwap.Order.REVERSED ? V4 : V1;
            case Load load -> load.signed() ? V4 : V1;
            case Jump jump -> jump.wide() ? V4 : V1;
            case Alu alu -> switch (alu.operation()) {
                case SIGNED_DIVIDE, SIGNED_MODULO -> V4;
                default -> V1;
            };
            case Branch branch -> branch.wide() ? ofWideBranch(branch.condition()) : V3;
            case Atomic atomic -> atomic.operation() == AtomicOperation.ADD && !atomic.fetch() ? V1 : V3;
            default -> V1;
        };
    }

    /** Returns the first version that has all the instructions. */
    public static IsaVersion of(List<Insn> instructions) {
        return instructions.stream().map(IsaVersion::of).max(IsaVersion::compareTo).orElse(V1);
    }

    private static IsaVersion ofWideBranch(Condition condition) {
        return switch (condition) {
            case LESS, LESS_OR_EQUAL, SIGNED_LESS, SIGNED_LESS_OR_EQUAL -> V2;
            default -> V1;
        };
    }
}
