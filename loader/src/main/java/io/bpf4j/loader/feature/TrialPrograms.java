package io.bpf4j.loader.feature;

import static io.bpf4j.vm.isa.Operand.immediate;
import static io.bpf4j.vm.isa.Register.FRAME;
import static io.bpf4j.vm.isa.Register.R0;
import static io.bpf4j.vm.isa.Register.R1;
import static io.bpf4j.vm.isa.Register.R2;
import static io.bpf4j.vm.isa.Register.R3;
import static io.bpf4j.vm.isa.Register.R4;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import java.util.List;

/** The programs that a kernel takes or refuses to load by what it can do; none is ever run but {@link #NOTHING}. */
final class TrialPrograms {
    private static final short BELOW_FRAME = -8;

    /** {@code return 0;} */
    static final List<Insn> NOTHING = List.of(set(R0, 0), new Exit());

    /** Copies 8 bytes from address 0. */
    static final List<Insn> COPY_FROM_USER = List.of(copy(R1, FRAME), add(R1, BELOW_FRAME), set(R2, 8),
            set(R3, 0), call(Helper.COPY_FROM_USER), set(R0, 0), new Exit());

    static final List<Insn> ATOMICS = List.of(set(R0, 0), set(R1, 1), store(FRAME, BELOW_FRAME, R1),
            fetch(AtomicOperation.ADD), fetch(AtomicOperation.EXCHANGE),
            fetch(AtomicOperation.COMPARE_EXCHANGE), set(R0, 0), new Exit());

    /** Where {@code step} of {@link #LOOP} starts, in slots. */
    static final int STEP = 8;

    /** {@code bpf_loop(1, step, NULL, 0); return 0;} and {@code step} returns 0. */
    static final List<Insn> LOOP = List.of(set(R1, 1),
            new LoadImmediate64(R2, Immediate64.FUNCTION, STEP - 2, 0), set(R3, 0), set(R4, 0),
            call(Helper.LOOP), set(R0, 0), new Exit(), set(R0, 0), new Exit());

    /** One of each kind of instruction that version 4 brought and that needs no memory. */
    static final List<Insn> ISA_VERSION_4 = List.of(set(R1, 7), new MoveSignExtended(8, true, R0, R1),
            new Alu(AluOperation.SIGNED_DIVIDE, true, R0, immediate(2)),
            new ByteSwap(Order.REVERSED, 16, R0), new Jump(0, true), new Exit());

    private TrialPrograms() {}

    /** Returns what a helper that needs nothing but the context returns. */
    static List<Insn> ask(Helper helper) {
        return List.of(call(helper), new Exit());
    }

    /** Writes 8 bytes at offset 8 of the only value of a map. */
    static List<Insn> writeValue(int map) {
        return List.of(new LoadImmediate64(R1, Immediate64.MAP_VALUE, map, 8), copy(R2, R1),
                store(R1, (short) 0, R2), set(R0, 0), new Exit());
    }

    private static Insn set(Register dst, int number) {
        return copy(dst, immediate(number));
    }

    private static Insn copy(Register dst, Operand source) {
        return new Alu(AluOperation.MOVE, true, dst, source);
    }

    private static Insn add(Register dst, int number) {
        return new Alu(AluOperation.ADD, true, dst, immediate(number));
    }

    private static Insn store(Register base, short offset, Register value) {
        return new Store(Width.DOUBLE, base, offset, value);
    }

    private static Insn fetch(AtomicOperation operation) {
        return new Atomic(operation, Width.DOUBLE, true, FRAME, BELOW_FRAME, R1);
    }

    private static Insn call(Helper helper) {
        return new CallHelper(helper.id());
    }
}
