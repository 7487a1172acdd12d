package io.bpf4j.vm.x64;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.BeforeProperty;

class X64AssemblerProperties {

    private static final int LABELS = 12;

    /** A piece of a program with branches. */
    sealed interface Piece {}

    /** Some bytes of one-byte nops. */
    record Filler(int size) implements Piece {}

    /** A jump; with a null condition always taken. */
    record Branch(ConditionCode condition, int label) implements Piece {}

    record Call(int label) implements Piece {}

    /** A load of a label's address. */
    record Load(int label) implements Piece {}

    record Padding(int alignment) implements Piece {}

    /** A place for the next label that has none. */
    record Mark() implements Piece {}

    @BeforeProperty
    void assumeAssembler() {
        GnuAssembler.assumeInstalled();
    }

    @Provide
    Arbitrary<Forms.Operands> operands() {
        Arbitrary<Gpr> registers = Arbitraries.of(Gpr.class);
        Arbitrary<Gpr> indexes = registers.filter(register -> register != Gpr.RSP);
        Arbitrary<Integer> displacements = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.of(Forms.displacements())),
                Tuple.of(1, Arbitraries.integers()));
        Arbitrary<Segment> segments = Arbitraries.of(Segment.class).injectNull(0.8);
        Arbitrary<Memory> memory = Arbitraries.oneOf(
                Combinators.combine(registers, displacements).as(Memory::at),
                Combinators.combine(registers, indexes, Arbitraries.of(1, 2, 4, 8), displacements)
                        .as(Memory::indexed),
                Combinators.combine(indexes, Arbitraries.of(1, 2, 4, 8), displacements).as(Memory::indexed),
                displacements.map(Memory::absolute));
        Arbitrary<Memory> inSegments = Combinators.combine(memory, segments).as(Memory::in);
        return Combinators
                .combine(Arbitraries.of(OperandSize.class), registers, registers, registers, inSegments)
                .flatAs((size, first, second, third, at) -> immediates(size)
                        .map(value -> new Forms.Operands(size, first, second, third, at, value)));
    }

    private static Arbitrary<Long> immediates(OperandSize size) {
        int bits = Math.min(size.bits(), 32);
        long highest = size == OperandSize.QWORD ? Integer.MAX_VALUE : (1L << bits) - 1;
        return Arbitraries.longs().between(-1L << bits - 1, highest);
    }

    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void anyOperandsAreEncodedAsGnuDoes(@ForAll("operandLists") List<Forms.Operands> operands) {
        var comparison = new EncodingComparison();
        operands.forEach(comparison::add);
        comparison.assertSame(operands.size() * 100);
    }

    @Provide
    Arbitrary<List<Forms.Operands>> operandLists() {
        return operands().list().ofSize(40);
    }

    @Provide
    Arbitrary<List<Piece>> pieces() {
        return piecesWith(Arbitraries.just(new Mark()));
    }

    @Provide
    Arbitrary<List<Piece>> paddedPieces() {
        return piecesWith(Arbitraries.of(1, 2, 4, 8, 16, 32).map(Padding::new));
    }

    private static Arbitrary<List<Piece>> piecesWith(Arbitrary<? extends Piece> more) {
        Arbitrary<Integer> labels = Arbitraries.integers().between(0, LABELS - 1);
        Arbitrary<Piece> branches = Combinators
                .combine(Arbitraries.of(ConditionCode.class).injectNull(0.3), labels)
                .as(Branch::new);
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(0, 40).map(Filler::new)),
                Tuple.of(6, branches),
                Tuple.of(1, labels.map(Call::new)),
                Tuple.of(1, labels.map(Load::new)),
                Tuple.of(2, Arbitraries.just(new Mark())),
                Tuple.of(1, more)).list().ofMinSize(20).ofMaxSize(120).map(List::copyOf);
    }

    /** Code with labels L0, L1 ..., as our assembler and GNU as see it. */
    private static final class Branches {
        final X64Assembler code = new X64Assembler();
        final StringBuilder text = new StringBuilder();
        final List<Label> labels = new ArrayList<>();
        final List<Label> paddings = new ArrayList<>();
        private int bound;

        Branches(List<Piece> pieces) {
            for (int i = 0; i < LABELS; i++) {
                labels.add(code.label());
            }
            pieces.forEach(this::add);
            while (bound < LABELS) {
                add(new Mark());
            }
        }

        private void add(Piece piece) {
            switch (piece) {
                case Filler(int size) -> {
                    for (int i = 0; i < size; i++) {
                        code.nop(1);
                    }
                    text.append(".skip ").append(size).append(", 0x90\n");
                }
                case Branch(ConditionCode condition, int label) -> {
                    if (condition == null) {
                        code.jmp(labels.get(label));
                    } else {
                        code.jcc(condition, labels.get(label));
                    }
                    String mnemonic = condition == null ? "mp" : condition.name().toLowerCase(Locale.ROOT);
                    text.append("j").append(mnemonic).append(" L").append(label).append('\n');
                }
                case Call(int label) -> {
                    code.call(labels.get(label));
                    text.append("call L").append(label).append('\n');
                }
                case Load(int label) -> {
                    code.lea(OperandSize.QWORD, Gpr.RDI, Memory.rip(labels.get(label)));
                    text.append("lea rdi, [rip+L").append(label).append("]\n");
                }
                case Padding(int alignment) -> {
                    code.align(alignment);
                    paddings.add(code.here());
                }
                case Mark() -> {
                    if (bound < LABELS) {
                        code.bind(labels.get(bound));
                        text.append('L').append(bound++).append(":\n");
                    }
                }
            }
        }
    }

    @Property(tries = 60)
    void jumpsAreAsShortAsGnuMakesThem(@ForAll("pieces") List<Piece> pieces) {
        var branches = new Branches(pieces);
        assertArrayEquals(GnuAssembler.assemble(branches.text.toString()), branches.code.assemble().bytes());
    }

    @Property(tries = 200)
    void jumpsAcrossPaddingLeadToTheirLabels(@ForAll("paddedPieces") List<Piece> pieces) {
        var branches = new Branches(pieces);
        MachineCode code = branches.code.assemble();
        List<Long> expected = pieces.stream().mapToInt(X64AssemblerProperties::branchLabel)
                .filter(label -> label >= 0)
                .mapToObj(label -> (long) code.offsetOf(branches.labels.get(label))).toList();
        assertEquals(expected, targets(code.bytes()));
        int padded = 0;
        for (Piece piece : pieces) {
            if (piece instanceof Padding padding) {
                assertEquals(0, code.offsetOf(branches.paddings.get(padded++)) % padding.alignment());
            }
        }
    }

    private static int branchLabel(Piece piece) {
        return switch (piece) {
            case Branch branch -> branch.label();
            case Call call -> call.label();
            case Filler filler -> -1;
            case Load load -> -1;
            case Padding padding -> -1;
            case Mark mark -> -1;
        };
    }

    private static List<Long> targets(byte[] code) {
        List<Long> targets = new ArrayList<>();
        var decoder = new X64Decoder();
        for (int at = 0; at < code.length; at += decoder.length()) {
            assertTrue(decoder.decode(code, at, code.length));
            if (decoder.transfer().isRelative()) {
                targets.add(decoder.branchTarget(at));
            }
        }
        return targets;
    }
}
