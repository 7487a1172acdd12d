package io.bpf4j.vm.isa;

import static io.bpf4j.vm.isa.Register.R0;
import static io.bpf4j.vm.isa.Register.R1;
import static io.bpf4j.vm.isa.Register.R2;
import static io.bpf4j.vm.isa.Register.R6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.Store;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class InstructionsTest {

    private final Instructions instructions = Instructions.of(List.of(new Jump(3, false),
            LoadImmediate64.number(R1, 7), new LoadImmediate64(R2, Immediate64.FUNCTION, 2, 0),
            new Branch(Condition.EQUAL, true, R1, R2, (short) -6), new CallFunction(-2), new Exit()));

    @Test
    void slotsAndIndexesDifferBehindWideInstructions() {
        assertEquals(8, instructions.slots());
        assertEquals(3, instructions.slotOf(2));
        assertEquals(2, instructions.indexAt(3));
        assertEquals(new Exit(), instructions.at(7));
        assertEquals(8, instructions.slotOf(instructions.size()));
    }

    @Test
    void nothingStartsAtSecondHalvesOrOutside() {
        for (int slot : new int[]{-1, 2, 4, 8}) {
            assertFalse(instructions.startsAt(slot));
            assertThrows(IllegalArgumentException.class, () -> instructions.indexAt(slot));
        }
    }

    @Test
    void distancesCountFromTheSlotAfterTheFirst() {
        assertEquals(OptionalInt.of(4), instructions.targetSlot(0));
        assertEquals(OptionalInt.empty(), instructions.targetSlot(1));
        assertEquals(OptionalInt.of(6), instructions.targetSlot(2));
        assertEquals(OptionalInt.of(0), instructions.targetSlot(3));
        assertEquals(OptionalInt.of(5), instructions.targetSlot(4));
        assertEquals(OptionalInt.empty(), instructions.targetSlot(5));
    }

    private static void assertEffects(Insn insn, RegisterSet uses, RegisterSet defines) {
        assertEquals(new RegisterEffects(uses, defines, RegisterSet.NONE), RegisterEffects.of(insn));
    }

    @Test
    void effectsOfPlainInstructionsAreTheirOperands() {
        assertEffects(new Alu(AluOperation.ADD, true, R1, R2), RegisterSet.of(R1, R2), RegisterSet.of(R1));
        assertEffects(new Alu(AluOperation.MOVE, false, R1, R2), RegisterSet.of(R2), RegisterSet.of(R1));
        assertEffects(new Store(Width.BYTE, R1, (short) 0, R2), RegisterSet.of(R1, R2), RegisterSet.NONE);
        assertEffects(new Load(Width.BYTE, true, R1, R2, (short) 0), RegisterSet.of(R2), RegisterSet.of(R1));
        assertEffects(new Exit(), RegisterSet.of(R0), RegisterSet.NONE);
    }

    @Test
    void fetchingAtomicsDefineTheirSourceAndCompareExchangeR0() {
        assertEffects(new Atomic(AtomicOperation.ADD, Width.WORD, false, R1, (short) 0, R2),
                RegisterSet.of(R1, R2), RegisterSet.NONE);
        assertEffects(new Atomic(AtomicOperation.ADD, Width.WORD, true, R1, (short) 0, R2),
                RegisterSet.of(R1, R2), RegisterSet.of(R2));
        assertEffects(new Atomic(AtomicOperation.COMPARE_EXCHANGE, Width.WORD, true, R1, (short) 0, R2),
                RegisterSet.of(R0, R1, R2), RegisterSet.of(R0));
    }

    @Test
    void callsUseTheirArgumentsDefineR0AndLoseTheRest() {
        assertEquals(new RegisterEffects(RegisterSet.of(R1, R2), RegisterSet.of(R0), RegisterSet.ARGUMENTS),
                RegisterEffects.of(new CallHelper(1), 2));
        assertEquals(RegisterSet.ARGUMENTS, RegisterEffects.of(new CallFunction(1)).uses());
        assertEquals(RegisterSet.of(R2, R6),
                RegisterEffects.of(new LoadPacket(Width.BYTE, true, R2, 0)).uses());
    }

    @Test
    void versionsFollowTheCompilers() {
        assertEquals(IsaVersion.V1, IsaVersion.of(List.of()));
        assertEquals(IsaVersion.V1,
                IsaVersion.of(new Branch(Condition.GREATER, true, R1, R2, (short) 0)));
        assertEquals(IsaVersion.V2, IsaVersion.of(new Branch(Condition.LESS, true, R1, R2, (short) 0)));
        assertEquals(IsaVersion.V3, IsaVersion.of(new Branch(Condition.LESS, false, R1, R2, (short) 0)));
        assertEquals(IsaVersion.V4, IsaVersion.of(List.of(new Exit(), new Jump(0, true), new Exit())));
    }
}
