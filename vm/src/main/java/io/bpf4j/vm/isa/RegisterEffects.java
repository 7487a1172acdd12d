package io.bpf4j.vm.isa;

import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Insn.Store;

/**
 * What an instruction does to registers; the one table for liveness, verifier and code generators.
 *
 * @param uses whose values matter to it
 * @param defines which have a new value after it
 * @param clobbers which have no usable value after it: R1 to R5 after a call
 */
public record RegisterEffects(RegisterSet uses, RegisterSet defines, RegisterSet clobbers) {

    /** Returns the effects; a call is taken to use all five argument registers. */
    public static RegisterEffects of(Insn insn) {
        return of(insn, 5);
    }

    /**
     * Returns the effects of an instruction that, if it is a call, has {@code arguments} (0 to 5) arguments.
     */
    public static RegisterEffects of(Insn insn, int arguments) {
        return switch (insn) {
            case Alu(var operation, var wide, var dst, var src) ->
                plain(operation == AluOperation.MOVE ? registers(src) : registers(src).union(only(dst)),
                        only(dst));
            case MoveSignExtended(var bits, var wide, var dst, var src) -> plain(only(src), only(dst));
            case Negate(var wide, var dst) -> plain(only(dst), only(dst));
            case ByteSwap(var order, var bits, var dst) -> plain(only(dst), only(dst));
            case LoadImmediate64 load -> plain(RegisterSet.NONE, only(load.dst()));
            case Load load -> plain(only(load.base()), only(load.dst()));
            case Store store -> plain(registers(store.value()).union(only(store.base())), RegisterSet.NONE);
            case Atomic atomic -> atomic(atomic);
            case Jump jump -> plain(RegisterSet.NONE, RegisterSet.NONE);
            case Branch branch ->
                plain(registers(branch.right()).union(only(branch.left())), RegisterSet.NONE);
            case CallHelper call -> call(arguments);
            case CallFunction call -> call(arguments);
            case CallKernelFunction call -> call(arguments);
            case Exit exit -> plain(only(Register.R0), RegisterSet.NONE);
            case LoadPacket load -> packet(load);
        };
    }

    private static RegisterEffects atomic(Atomic atomic) {
        RegisterSet operands = RegisterSet.of(atomic.base(), atomic.src());
        if (atomic.operation() == AtomicOperation.COMPARE_EXCHANGE) {
            return plain(operands.union(only(Register.R0)), only(Register.R0));
        }
        return plain(operands, atomic.fetch() ? only(atomic.src()) : RegisterSet.NONE);
    }

    /** The packet is found through R6, and the kernel may call a function (net/core/filter.c, bpf_gen_ld_abs). */
    private static RegisterEffects packet(LoadPacket load) {
        RegisterSet uses = only(Register.R6);
        return new RegisterEffects(load.indirect() ? uses.union(only(load.index())) : uses,
                only(Register.R0),
                RegisterSet.ARGUMENTS);
    }

    private static RegisterEffects call(int arguments) {
        return new RegisterEffects(RegisterSet.arguments(arguments), only(Register.R0),
                RegisterSet.ARGUMENTS);
    }

    private static RegisterEffects plain(RegisterSet uses, RegisterSet defines) {
        return new RegisterEffects(uses, defines, RegisterSet.NONE);
    }

    private static RegisterSet registers(Operand operand) {
        return operand instanceof Register register ? only(register) : RegisterSet.NONE;
    }

    private static RegisterSet only(Register register) {
        return new RegisterSet(1 << register.number());
    }
}
