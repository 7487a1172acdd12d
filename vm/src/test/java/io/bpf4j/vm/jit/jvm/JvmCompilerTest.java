package io.bpf4j.vm.jit.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.IntType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the JVM compiler adds to the conformance corpus: places of traps, calls, limits. */
class JvmCompilerTest {

    private static final long BASE = 0x1_1000_0000L;
    private static final String LOOP = """
                r0 = 0
            next:
                r3 = *(u8 *)(r1 + 0)
                r0 += r3
                r1 += 1
                r2 += -1
                if r2 != 0 goto next
                exit
            """;

    private final JvmCompiler compiler = new JvmCompiler(Assertions::fail);
    private final SampleMachine sample = new SampleMachine();

    /** A machine with one helper more than none. */
    private static Machine machine(Helper helper, HelperFunction function) {
        return new Machine(Memory.allocate(Execution.bytes(0), BASE), new MapTable(List.of()),
                HelperTable.EMPTY.with(helper, function));
    }

    private long run(Machine machine, Checking checking, String text) {
        return compiler.prepare(Unproved.program(SampleMachine.program(text), machine, checking))
                .run(new Execution(machine, null, BASE, 0, 0), 0, 0);
    }

    private TrapException trap(Checking checking, String text) {
        return assertThrows(TrapException.class,
                () -> sample.run(compiler, checking, text, new byte[]{1, 2, 3, 4}));
    }

    @ParameterizedTest
    @EnumSource(Checking.class)
    void aTrapNamesTheInstructionOfTheInnermostFunction(Checking checking) {
        TrapException trap = trap(checking, """
                    r6 = r1
                    call inner
                    exit
                inner:
                    r0 = 0x100000000000 ll
                    r1 = 1
                    lock *(u32 *)(r0 + 0) += w1
                    exit
                """);
        assertEquals(6, trap.slot());
        assertEquals(Kind.OUT_OF_BOUNDS, trap.kind());
    }

    @Test
    void accessesThatNobodyCheckedStayInTheMemory() {
        for (long address : new long[]{0, -1, BASE - 1, BASE + SampleMachine.BYTES, BASE + (1L << 32),
            1L << 63}) {
            String text = "r1 = " + address + " ll\n*(u64 *)(r1 + 0) = 7\nr0 = *(u64 *)(r1 + 0)\nexit";
            assertEquals(7, sample.run(compiler, Checking.NONE, text));
        }
    }

    @ParameterizedTest
    @EnumSource(Checking.class)
    void theTablesHelperIsCalledInsteadOfTheMap(Checking checking) {
        MapSpec spec = new MapSpec("m", MapKind.ARRAY, IntType.U32, IntType.U64, 1, 0, new MapRole.Plain());
        int bytes = (int) MapArena.bytes(List.of(spec), 1);
        Memory memory = Memory.allocate(bytes + Execution.bytes(0), BASE);
        MapArena arena = MapArena.create(memory, BASE, List.of(spec), 1);
        HelperTable table = StandardHelpers.table().with(Helper.MAP_LOOKUP_ELEM,
                (execution, r1, r2, r3, r4, r5) -> 4711);
        Machine machine = new Machine(memory, arena.table(), table);
        Assembly assembly = Assembler.assemble("""
                    r1 = map[m] ll
                    r2 = r10
                    r2 += -4
                    *(u32 *)(r2 + 0) = 0
                    call 1
                    exit
                """);
        Program program = SampleMachine.program(assembly.instructions(), assembly.references());
        assertEquals(4711, compiler.prepare(Unproved.program(program, machine, checking))
                .run(new Execution(machine, null, BASE + bytes, 0, 0), 0, 0));
    }

    @Test
    void loopsEndWhereTheirCountersSay() {
        for (int end : new int[]{1, 7, 8, 40}) {
            for (int step : new int[]{1, 8}) {
                String text = """
                            r0 = 0
                            r3 = 0
                        next:
                            r0 += 1
                            r3 += %d
                            if r3 != %d goto next
                            exit
                        """.formatted(step, end * step);
                assertEquals(end, sample.run(compiler, Checking.NONE, text));
            }
        }
    }

    @Test
    void aTrapSaysWhatTheInterpreterSays() {
        assertEquals("instruction 0: reads 4 bytes at 0x110001301, which are outside of all that it may"
                + " touch: offset 1 of the memory, which has 4 bytes",
                trap(Checking.FULL, "r0 = *(u32 *)(r1 + 1)\nexit").getMessage());
    }

    @ParameterizedTest
    @EnumSource(Checking.class)
    void helpersAreGivenTheArguments(Checking checking) {
        Machine machine = machine(Helper.KTIME_GET_NS,
                (execution, r1, r2, r3, r4, r5) -> r1 + 10 * r2 + 100 * r3 + 1000 * r4 + 10000 * r5);
        assertEquals(54321, run(machine, checking, """
                    r1 = 1
                    r2 = 2
                    r3 = 3
                    r4 = 4
                    r5 = 5
                    call 5
                    exit
                """));
    }

    @ParameterizedTest
    @EnumSource(Checking.class)
    void aHelpersFaultIsTheCallsTrap(Checking checking) {
        Machine machine = machine(Helper.KTIME_GET_NS, (execution, r1, r2, r3, r4, r5) -> {
            throw new Fault(Kind.BAD_ARGUMENT, "no clock");
        });
        TrapException trap = assertThrows(TrapException.class,
                () -> run(machine, checking, "r0 = 0\nr1 = 0\ncall 5\nexit"));
        assertEquals(Kind.BAD_ARGUMENT, trap.kind());
        assertEquals("instruction 2: no clock", trap.getMessage());
    }

    @ParameterizedTest
    @EnumSource(Checking.class)
    void helpersCallFunctionsBack(Checking checking) {
        Machine machine = machine(Helper.LOOP, (execution, count, function, context, flags, r5) -> {
            long sum = 0;
            for (long i = 0; i < count; i++) {
                sum += execution.callBack(function, i, context, 0, 0);
            }
            return sum;
        });
        assertEquals(12 + 3 * 7, run(machine, checking, """
                    r1 = 3
                    r2 = subprog[+5] ll
                    r3 = 7
                    r4 = 0
                    call 181
                    exit
                    *(u64 *)(r10 - 8) = 4
                    r0 = *(u64 *)(r10 - 8)
                    r0 += r2
                    exit
                """));
    }

    @Test
    void aRunAllocatesNothing() {
        Executable program = compiler.prepare(SampleMachine.program(LOOP), sample.machine());
        long address = sample.execution().setContext("the memory", new byte[64], true);
        var threads = assertInstanceOf(ThreadMXBean.class, ManagementFactory.getThreadMXBean());
        // The first runs link call sites.
        for (int i = 0; i < 100; i++) {
            program.run(sample.execution(), address, 64);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
            program.run(sample.execution(), address, 64);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1000 * 16, allocated + " bytes in 1000 runs");
    }

    @Test
    void aFunctionThatIsTooLargeForAMethodIsInterpreted() {
        List<String> warnings = new ArrayList<>();
        String text = "r0 = 0\n" + "r0 += 123456789\n".repeat(12000) + "exit";
        assertEquals(12000L * 123456789, sample.run(new JvmCompiler(warnings::add), Checking.NONE, text));
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().startsWith(
                "program test is interpreted: its function at slot 0 would take "), warnings.getFirst());
    }

    @Test
    void jumpsMayLeadAcrossHalfAMethod() {
        String text = "r0 = 1\nif r2 == 0 goto end\n" + "r0 += 123456789\n".repeat(5000) + "end:\nexit";
        assertEquals(1, sample.run(compiler, Checking.FULL, text));
        assertEquals(1 + 5000L * 123456789, sample.run(compiler, Checking.FULL, text, (byte) 0));
    }
}
