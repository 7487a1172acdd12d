package io.bpf4j.vm.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bpf4j.vm.engine.TrapException.Kind;
import org.junit.jupiter.api.Test;

/** What the interpreter adds to the conformance corpus: traps and their words. */
class InterpreterTest {

    private final SampleMachine sample = new SampleMachine();

    private long run(String text, int... memory) {
        byte[] bytes = new byte[memory.length];
        for (int i = 0; i < memory.length; i++) {
            bytes[i] = (byte) memory[i];
        }
        return sample.run(new Interpreter(), Checking.FULL, text, bytes);
    }

    private void assertTrap(Kind kind, String message, String text, int... memory) {
        TrapException trap = assertThrows(TrapException.class, () -> run(text, memory));
        assertEquals(kind, trap.kind());
        assertEquals(message, trap.getMessage());
    }

    @Test
    void loopsSumTheMemory() {
        assertEquals(6, run("""
                    r0 = 0
                next:
                    r3 = *(u8 *)(r1 + 0)
                    r0 += r3
                    r1 += 1
                    r2 += -1
                    if r2 != 0 goto next
                    exit
                """, 1, 2, 3));
    }

    @Test
    void functionsHaveFramesOfTheirOwn() {
        assertEquals(0x2_0000_0001L, run("""
                    r6 = 2
                    *(u64 *)(r10 - 8) = r6
                    r1 = 1
                    call set
                    r1 = *(u64 *)(r10 - 8)
                    r1 <<= 32
                    r0 |= r1
                    exit
                set:
                    *(u64 *)(r10 - 8) = r1
                    r6 = 77
                    r0 = *(u64 *)(r10 - 8)
                    exit
                """));
        assertArrayEquals(new byte[0], sample.execution().context());
    }

    @Test
    void anAccessBehindTheMemoryTraps() {
        assertTrap(Kind.OUT_OF_BOUNDS,
                "instruction 0: reads 4 bytes at 0x110001301, which are outside of all that it may"
                        + " touch: offset 1 of the memory, which has 4 bytes",
                "r0 = *(u32 *)(r1 + 1)\nexit", 1, 2, 3, 4);
    }

    @Test
    void anAccessBelowTheFrameTraps() {
        assertTrap(Kind.OUT_OF_BOUNDS,
                "instruction 0: writes 8 bytes at 0x110000ef8, which are outside of all that it may"
                        + " touch: offset -8 of the stack, which has 512 bytes",
                "*(u64 *)(r10 - 520) = 0\nexit");
    }

    @Test
    void anEndlessLoopUsesUpTheBudget() {
        sample.execution().setBudget(1000);
        assertTrap(Kind.BUDGET, "instruction 0: the budget of 1000 instructions is used up", "goto -1\nexit");
    }

    @Test
    void aNinthFunctionTraps() {
        assertTrap(Kind.CALL_DEPTH, "instruction 0: more than 8 functions deep", "again:\ncall again\nexit");
    }

    @Test
    void aMisalignedAtomicTraps() {
        assertTrap(Kind.MISALIGNED,
                "instruction 1: atomic access to 8 bytes at 0x110001301, which is misaligned",
                "r2 = 1\nlock *(u64 *)(r1 + 1) += r2\nexit", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }
}
