package io.bpf4j.vm.x64;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All forms of all instructions over all registers, memory operands and sizes, byte for byte as GNU as has them. */
class X64EncodingTest {

    private static final List<Gpr> REGISTERS = List.of(Gpr.values());

    @BeforeEach
    void assumeAssembler() {
        GnuAssembler.assumeInstalled();
    }

    private static <T> T rotating(List<T> values, int count) {
        return values.get(Math.floorMod(count, values.size()));
    }

    /** Some memory operands of each shape. */
    private static List<Memory> fewOperands(Label origin) {
        return List.of(Memory.at(Gpr.RAX), Memory.at(Gpr.RSP), Memory.at(Gpr.RBP), Memory.at(Gpr.R12),
                Memory.at(Gpr.R13), Memory.at(Gpr.RDI, 8), Memory.at(Gpr.RSP, -8), Memory.at(Gpr.R12, 1000),
                Memory.at(Gpr.R8, -1000), Memory.indexed(Gpr.RBX, Gpr.RCX, 4, 0),
                Memory.indexed(Gpr.RBP, Gpr.R12, 8, 0), Memory.indexed(Gpr.R13, Gpr.RSI, 1, 5),
                Memory.indexed(Gpr.R9, Gpr.R10, 2, 500), Memory.indexed(Gpr.R14, 8, 16),
                Memory.absolute(4096),
                Memory.absolute(Segment.FS, 40), Memory.at(Gpr.R11).in(Segment.GS), Memory.rip(origin),
                Memory.rip(origin, 100));
    }

    private static List<Memory> allOperands(Label origin) {
        List<Memory> all = new ArrayList<>();
        for (int displacement : Forms.displacements()) {
            for (Gpr base : REGISTERS) {
                all.add(Memory.at(base, displacement));
            }
            all.add(Memory.absolute(displacement));
            all.add(Memory.absolute(Segment.FS, displacement));
            all.add(Memory.absolute(Segment.GS, displacement));
            if (Math.abs((long) displacement) < 1 << 30) {
                all.add(Memory.rip(origin, displacement));
            }
        }
        int count = 0;
        for (Gpr index : REGISTERS) {
            if (index != Gpr.RSP) {
                for (int scale : List.of(1, 2, 4, 8)) {
                    for (Gpr base : REGISTERS) {
                        all.add(Memory.indexed(base, index, scale, rotating(Forms.displacements(), count++)));
                        all.add(Memory.indexed(base, index, scale, 0));
                    }
                    all.add(Memory.indexed(index, scale, rotating(Forms.displacements(), count++)));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void everyPairOfRegistersIsEncodedAsGnuDoes(OperandSize size) {
        var comparison = new EncodingComparison();
        List<Memory> memory = fewOperands(comparison.origin());
        List<Long> values = Forms.values().stream().filter(value -> Forms.isImmediate(size, value)).toList();
        int count = 0;
        for (Gpr first : REGISTERS) {
            for (Gpr second : REGISTERS) {
                comparison.add(new Forms.Operands(size, first, second, rotating(REGISTERS, count / 3),
                        rotating(memory, count), rotating(values, count)));
                count++;
            }
        }
        comparison.assertSame(40_000);
    }

    @ParameterizedTest
    @EnumSource
    void everyMemoryOperandAndImmediateIsEncodedAsGnuDoes(OperandSize size) {
        var comparison = new EncodingComparison();
        List<Long> values = Forms.values().stream().filter(value -> Forms.isImmediate(size, value)).toList();
        int count = 0;
        for (Memory memory : allOperands(comparison.origin())) {
            count++;
            if (memory.index() == null || count % 5 == size.ordinal()) {
                comparison.add(
                        new Forms.Operands(size, rotating(REGISTERS, count), rotating(REGISTERS, count / 2),
                                rotating(REGISTERS, count / 5), memory, rotating(values, count)));
            }
        }
        comparison.assertSame(40_000);
    }

    @Test
    void theSizeOfAnImmediateIsTheSmallestThatHoldsIt() {
        var comparison = new EncodingComparison();
        for (OperandSize size : OperandSize.values()) {
            for (long value : Forms.values()) {
                if (Forms.isImmediate(size, value)) {
                    for (Gpr register : List.of(Gpr.RAX, Gpr.RDI, Gpr.R8)) {
                        comparison.add(new Forms.Operands(size, register, Gpr.RCX, Gpr.RDX,
                                Memory.at(register), value));
                    }
                }
            }
        }
        comparison.assertSame(10_000);
    }
}
