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
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Every instruction that there is, at random; small distances are frequent, so that jumps lead somewhere. */
public final class InsnArbitraries {

    private static final Arbitrary<Register> REGISTERS = Arbitraries.of(Register.class);
    private static final Arbitrary<Boolean> BOOLEANS = Arbitraries.of(true, false);
    private static final Arbitrary<Integer> INTEGERS = Arbitraries.integers();
    private static final Arbitrary<Short> SHORTS = Arbitraries.shorts();
    private static final Arbitrary<Integer> DISTANCES = Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.integers().between(-10, 10)),
            Tuple.of(1, INTEGERS));
    private static final Arbitrary<Width> WIDTHS = Arbitraries.of(Width.class);
    private static final Arbitrary<Operand> OPERANDS = Arbitraries.oneOf(REGISTERS.map(Operand.class::cast),
            INTEGERS.map(Operand::immediate));

    private InsnArbitraries() {}

    /** Lists of zero to some instructions. */
    public static Arbitrary<List<Insn>> programs() {
        return insns().list().ofMaxSize(20);
    }

    /** Single instructions. */
    public static Arbitrary<Insn> insns() {
        return Arbitraries.oneOf(List.of(alu(), signExtended(),
                Combinators.combine(BOOLEANS, REGISTERS).as(Negate::new),
                Combinators
                        .combine(Arbitraries.of(ByteSwap.Order.class), Arbitraries.of(16, 32, 64), REGISTERS)
                        .as(ByteSwap::new),
                immediate64(), load(),
                Combinators.combine(WIDTHS, REGISTERS, SHORTS, OPERANDS).as(Store::new),
                atomic(), jump(),
                Combinators.combine(Arbitraries.of(Condition.class), BOOLEANS, REGISTERS, OPERANDS, DISTANCES)
                        .as((condition, wide, left, right, distance) -> new Branch(condition, wide, left,
                                right,
                                distance.shortValue())),
                INTEGERS.map(CallHelper::new), Arbitraries.integers().between(1, 20).map(CallHelper::new),
                DISTANCES.map(CallFunction::new),
                Combinators.combine(INTEGERS, SHORTS).as(CallKernelFunction::new),
                Arbitraries.just(new Exit()), packet()));
    }

    private static Arbitrary<Insn> alu() {
        return Combinators.combine(Arbitraries.of(AluOperation.class), BOOLEANS, REGISTERS, OPERANDS)
                .as(Alu::new);
    }

    private static Arbitrary<Insn> signExtended() {
        return Combinators.combine(Arbitraries.of(8, 16, 32), BOOLEANS, REGISTERS, REGISTERS)
                .as((bits, wide, dst, src) -> new MoveSignExtended(bits, wide || bits == 32, dst, src));
    }

    private static Arbitrary<Insn> immediate64() {
        return Combinators.combine(REGISTERS, Arbitraries.of(Immediate64.class), DISTANCES, INTEGERS)
                .as((dst, kind, low, high) -> new LoadImmediate64(dst, kind, low,
                        kind.usesHighHalf() ? high : 0));
    }

    private static Arbitrary<Insn> load() {
        return Combinators.combine(WIDTHS, BOOLEANS, REGISTERS, REGISTERS, SHORTS)
                .as((width, signed, dst, base, offset) -> new Load(width, signed && width != Width.DOUBLE,
                        dst,
                        base, offset));
    }

    private static Arbitrary<Insn> atomic() {
        return Combinators
                .combine(Arbitraries.of(AtomicOperation.class), Arbitraries.of(Width.WORD, Width.DOUBLE),
                        BOOLEANS, REGISTERS, SHORTS, REGISTERS)
                .as((operation, width, fetch, base, offset, src) -> new Atomic(operation, width,
                        fetch || operation.alwaysFetches(), base, offset, src));
    }

    private static Arbitrary<Insn> jump() {
        return Combinators.combine(DISTANCES, BOOLEANS)
                .as((distance, wide) -> new Jump(wide ? distance : distance.shortValue(), wide));
    }

    private static Arbitrary<Insn> packet() {
        return Combinators.combine(Arbitraries.of(Width.BYTE, Width.HALF, Width.WORD), BOOLEANS, REGISTERS,
                INTEGERS)
                .as((width, indirect, index, offset) -> new LoadPacket(width, indirect,
                        indirect ? index : Register.R0, offset));
    }
}
