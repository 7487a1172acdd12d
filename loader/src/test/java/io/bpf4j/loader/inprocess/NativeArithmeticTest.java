package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Machine code computes what {@link Arithmetic} does, whatever registers are used, and leaves all others alone. */
class NativeArithmeticTest {

    private static final long[] VALUES = {0, 1, -1, 2, 7, 31, 32, 63, 64, 0x7fff_ffffL, 0x8000_0000L,
        0xffff_ffffL,
        0x1_0000_0000L, Long.MAX_VALUE, Long.MIN_VALUE, 0x0123_4567_89ab_cdefL, 0xfedc_ba98_7654_3210L,
        0xffff_ffff_8000_0000L};
    private static final int[] IMMEDIATES = {0, 1, -1, 2, 3, 5, 7, 9, 10, 16, 31, 32, 63, 100, 127, 128, 255,
        641, 1000,
        0xffff, 0x10000, 1_000_000_007, Integer.MAX_VALUE, Integer.MIN_VALUE, -2, -128, -1000};
    /** R1 points to the memory and R9 is where it is kept; the others are free. */
    private static final List<Register> USED = List.of(Register.R0, Register.R1, Register.R2, Register.R3,
            Register.R4,
            Register.R5, Register.R6, Register.R7, Register.R8);
    private static final int CONTEXT = 256;

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final NativeBlock block = new NativeBlock(kernel, Execution.bytes(CONTEXT));
    private final Machine machine = new Machine(block.memory(), new MapTable(List.of()), HelperTable.EMPTY);
    private final Execution execution = new Execution(machine, null, block.memory().base(), CONTEXT, 0);
    private final byte[] memory = new byte[USED.size() * Long.BYTES];
    private final long context = execution.setContext("the memory", memory, true);
    private NativeEngine engine = new NativeEngine(kernel, Set.of(CpuFeature.BMI2));

    @AfterEach
    void close() {
        engine.close();
        block.close();
    }

    /** A program that loads all registers from memory, does something, and stores them again. */
    private Executable around(Insn... insns) {
        List<Insn> list = new ArrayList<>();
        list.add(new Insn.Alu(AluOperation.MOVE, true, Register.R9, Register.R1));
        for (Register register : USED) {
            list.add(new Insn.Load(Width.DOUBLE, false, register, Register.R9,
                    (short) (8 * register.number())));
        }
        list.addAll(List.of(insns));
        for (Register register : USED) {
            list.add(new Insn.Store(Width.DOUBLE, Register.R9, (short) (8 * register.number()), register));
        }
        list.add(new Insn.Exit());
        return engine
                .prepare(Unproved
                        .program(new Program("test", ProgramType.SYSCALL, new AttachSpec.Manual(), list,
                                List.of(), List.of(), List.of()), machine, Checking.NONE));
    }

    private void assertComputes(Executable program, Register dst, long left, Register src, long right,
            long expected,
            String what) {
        for (Register register : USED) {
            block.memory().putLong(context + 8L * register.number(),
                    0x1111_1111_1111_1111L * register.number());
        }
        block.memory().putLong(context + 8L * src.number(), right);
        block.memory().putLong(context + 8L * dst.number(), left);
        program.run(execution, context, 0);
        for (Register register : USED) {
            long value = register == dst
                    ? expected
                    : register == src ? right : 0x1111_1111_1111_1111L * register.number();
            assertEquals(Long.toHexString(value),
                    Long.toHexString(block.memory().getLong(context + 8L * register.number())),
                    () -> what + " " + Long.toHexString(left) + ", " + Long.toHexString(right) + ": "
                            + register);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyOperationOnEveryPairOfRegisters(AluOperation operation) {
        for (boolean bmi2 : new boolean[]{true, false}) {
            engine.close();
            engine = new NativeEngine(kernel, bmi2 ? Set.of(CpuFeature.BMI2) : Set.of());
            for (boolean wide : new boolean[]{true, false}) {
                for (Register dst : USED) {
                    for (Register src : USED) {
                        Executable program = around(new Insn.Alu(operation, wide, dst, src));
                        for (long left : VALUES) {
                            for (long right : VALUES) {
                                long first = dst == src ? right : left;
                                assertComputes(program, dst, first, src, right,
                                        Arithmetic.apply(operation, wide, first, right),
                                        operation + " " + wide + " " + dst + " " + src);
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyOperationWithImmediates(AluOperation operation) {
        for (boolean wide : new boolean[]{true, false}) {
            for (Register dst : USED) {
                for (int immediate : IMMEDIATES) {
                    Executable program = around(
                            new Insn.Alu(operation, wide, dst, Operand.immediate(immediate)));
                    for (long left : VALUES) {
                        assertComputes(program, dst, left, dst, left,
                                Arithmetic.apply(operation, wide, left, immediate),
                                operation + " " + wide + " " + dst + " " + immediate);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCondition(Condition condition) {
        for (boolean wide : new boolean[]{true, false}) {
            for (Register src : USED) {
                Executable program = around(new Insn.Branch(condition, wide, Register.R3, src, (short) 2),
                        Insn.LoadImmediate64.number(Register.R3, 77));
                for (long left : VALUES) {
                    for (long right : VALUES) {
                        long first = src == Register.R3 ? right : left;
                        boolean taken = Arithmetic.holds(condition, wide, first, right);
                        if (src != Register.R3) {
                            assertComputes(program, Register.R3, first, src, right, taken ? first : 77,
                                    condition + " " + wide + " " + src);
                        }
                    }
                }
            }
        }
    }

    @Test
    void shiftsThereAndBackAreExtensions() {
        for (int count : new int[]{8, 32, 48, 56}) {
            for (AluOperation back : List.of(AluOperation.SHIFT_RIGHT, AluOperation.SHIFT_RIGHT_SIGNED)) {
                for (Register dst : USED) {
                    Executable program = around(
                            new Insn.Alu(AluOperation.SHIFT_LEFT, true, dst, Operand.immediate(count)),
                            new Insn.Alu(back, true, dst, Operand.immediate(count)));
                    for (long value : VALUES) {
                        long expected = Arithmetic.extend(64 - count, back != AluOperation.SHIFT_RIGHT,
                                value);
                        assertComputes(program, dst, value, dst, value, expected, back + " " + count);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void branchesOnWhetherAResultIsZero(AluOperation operation) {
        for (boolean wide : new boolean[]{true, false}) {
            for (Condition condition : List.of(Condition.EQUAL, Condition.NOT_EQUAL)) {
                for (int immediate : IMMEDIATES) {
                    // R2 matters afterwards in one program and not in the other.
                    for (Register changed : List.of(Register.R2, Register.R4)) {
                        Executable program = around(
                                new Insn.Alu(operation, wide, Register.R2, Operand.immediate(immediate)),
                                new Insn.Branch(condition, wide, Register.R2, Operand.immediate(0),
                                        (short) 2),
                                Insn.LoadImmediate64.number(Register.R3, 77),
                                new Insn.Alu(AluOperation.MOVE, true, changed, Operand.immediate(5)));
                        for (long value : VALUES) {
                            long result = Arithmetic.apply(operation, wide, value, immediate);
                            boolean taken = Arithmetic.holds(condition, wide, result, 0);
                            assertRegisters(program, Register.R2, value, changed == Register.R2 ? 5 : result,
                                    taken, changed);
                        }
                    }
                }
            }
        }
    }

    private void assertRegisters(Executable program, Register dst, long value, long expected, boolean taken,
            Register changed) {
        block.memory().putLong(context + 8L * Register.R3.number(), 3);
        block.memory().putLong(context + 8L * dst.number(), value);
        program.run(execution, context, 0);
        assertEquals(taken ? 3 : 77, block.memory().getLong(context + 8L * Register.R3.number()));
        assertEquals(expected, block.memory().getLong(context + 8L * dst.number()));
        assertEquals(5, block.memory().getLong(context + 8L * changed.number()));
    }
}
