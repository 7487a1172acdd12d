package io.bpf4j.compiler.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function.Parameter;
import io.bpf4j.vm.type.IntType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IrCheckerTest {
    private static final Span AT = new Span(new SourceFile("test.probe", ""), 1, 1, 1, 1);
    private static final Value CONTEXT = new Value(0);
    private static final Value ONE = new Value(1);
    private static final Value TWO = new Value(2);
    private static final Operand ZERO = Operand.constant(0);
    private static final Slot SLOT = new Slot(0, 8, 4, "slot", AT);

    private static IrUnit unit(Block... blocks) {
        IrFunction function = new IrFunction("main", List.of(CONTEXT),
                List.of(new Parameter("ctx", IntType.U64)),
                IntType.S32, List.of(blocks), AT);
        IrProgram program = new IrProgram("main", ProgramType.KPROBE, new AttachSpec.Begin(),
                List.of(function));
        return new IrUnit("test", "GPL", List.of(program), List.of(), List.of(), List.of(), List.of(),
                List.of());
    }

    private static IrUnit straight(Instruction... instructions) {
        return unit(new Block(0, List.of(instructions), new Terminator.Return(ZERO, AT)));
    }

    private static void assertOne(String problem, IrUnit unit) {
        List<String> found = IrChecker.check(unit);
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.getFirst().endsWith(problem), found.getFirst());
        assertThrows(IllegalStateException.class, () -> IrChecker.require(unit));
    }

    private static Block choice(int id, int whenTrue, int whenFalse, Instruction... instructions) {
        return new Block(id, List.of(instructions),
                new Terminator.Branch(Condition.EQUAL, true, CONTEXT, ZERO, whenTrue, whenFalse, AT));
    }

    private static Block jump(int id, int target, Instruction... instructions) {
        return new Block(id, List.of(instructions), new Terminator.Jump(target, AT));
    }

    @Test
    void aRegisterMustBeAssignedOnEveryPath() {
        Block last = new Block(3, List.of(), new Terminator.Return(ONE, AT));
        Block left = jump(1, 3, new Instruction.Copy(ONE, ZERO, AT));
        assertOne("v1 may be read in b3 before it is assigned",
                unit(choice(0, 1, 2), left, jump(2, 3), last));
        IrChecker.require(
                unit(choice(0, 1, 2), left, jump(2, 3, new Instruction.Copy(ONE, CONTEXT, AT)), last));
    }

    @Test
    void aRegisterOfALoopMustBeAssignedBeforeTheFirstRound() {
        Instruction copy = new Instruction.Copy(TWO, ONE, AT);
        Instruction later = new Instruction.Copy(ONE, ZERO, AT);
        Block exit = new Block(2, List.of(), new Terminator.Return(ZERO, AT));
        assertOne("v1 may be read in b1 before it is assigned",
                unit(jump(0, 1), choice(1, 1, 2, copy, later), exit));
        IrChecker.require(unit(jump(0, 1, later), choice(1, 1, 2, copy, later), exit));
    }

    @Test
    void jumpsLeadSomewhereAndEveryBlockIsReached() {
        assertOne("b0 goes to b7, which does not exist", unit(jump(0, 7)));
        Block exit = new Block(0, List.of(), new Terminator.Return(ZERO, AT));
        assertOne("nothing reaches b5", unit(exit, jump(5, 0)));
    }

    @Test
    void slotsAreAccessedInsideAndAligned() {
        assertOne("outside the slot", straight(new Instruction.Store(Width.WORD, SLOT, 8, ZERO, AT)));
        assertOne("not aligned", straight(new Instruction.Store(Width.HALF, SLOT, 1, ZERO, AT)));
        assertOne("not aligned", straight(new Instruction.Store(Width.DOUBLE, SLOT, 0, ZERO, AT)));
        IrChecker.require(straight(new Instruction.Store(Width.WORD, SLOT, 4, ZERO, AT)));
    }

    @Test
    void widthsAndArgumentsAreThoseOfTheInstructionSet() {
        assertOne("no operation on 24 bits", straight(new Instruction.Extend(ONE, 24, false, CONTEXT, AT)));
        assertOne("no atomic operation on 2 bytes", straight(new Instruction.Atomic(Optional.empty(),
                AtomicOperation.ADD, Width.HALF, CONTEXT, 0, ZERO, Optional.empty(), AT)));
        assertOne("the helper takes 0 arguments",
                straight(new Instruction.CallHelper(Optional.of(ONE), Helper.KTIME_GET_NS, List.of(ZERO),
                        AT)));
        assertOne("no such map", straight(new Instruction.MapReference(ONE, "absent", AT)));
        assertOne("no such function",
                straight(new Instruction.CallFunction(Optional.of(ONE), "absent", List.of(), AT)));
    }
}
