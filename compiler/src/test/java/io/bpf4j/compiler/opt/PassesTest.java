package io.bpf4j.compiler.opt;

import static io.bpf4j.compiler.ir.Operand.constant;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.compiler.IrBuilder;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Width;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Each pass on a function that shows what it does and where it holds back; {@code -Dapprove} writes anew. */
class PassesTest {

    private final IrBuilder code = new IrBuilder();
    private final Value context = code.parameter();

    private static String text(IrFunction function) {
        StringBuilder text = new StringBuilder();
        for (Block block : function.blocks()) {
            text.append("b").append(block.id()).append(":\n");
            block.instructions().forEach(each -> text.append("  ").append(each).append('\n'));
            text.append("  ").append(block.end()).append('\n');
        }
        return text.toString().replaceAll(", at=hand.probe:[0-9]+:[0-9]+", "");
    }

    private void check(String name, UnaryOperator<IrFunction> pass) throws IOException {
        IrFunction before = code.function(name);
        String result = "before\n" + text(before) + "after\n" + text(pass.apply(before));
        Path golden = Path.of("src/test/resources/io/bpf4j/compiler/opt", name + ".golden");
        if (System.getProperty("approve") != null) {
            Files.writeString(golden, result);
        }
        assertEquals(Files.readString(golden), result);
    }

    @Test
    void copiesArePropagatedUntilEitherSideChanges() throws IOException {
        Value first = code.load(Width.WORD, context, 0);
        Value second = code.copy(first);
        Value third = code.binary(AluOperation.ADD, true, second, constant(1));
        Value varying = code.copy(third);
        Value kept = code.copy(varying);
        code.binary(varying, AluOperation.ADD, true, varying, constant(1));
        code.end(code.binary(AluOperation.ADD, true, kept, varying));
        check("PropagateCopies", PropagateCopies::run);
    }

    @Test
    void constantsAreFoldedAndMultiplicationsBecomeShifts() throws IOException {
        Value input = code.load(Width.DOUBLE, context, 0);
        code.binary(AluOperation.DIVIDE, true, constant(7), constant(0));
        code.binary(AluOperation.MODULO, false, constant(-1), constant(0));
        code.binary(AluOperation.MULTIPLY, true, input, constant(8));
        code.binary(AluOperation.DIVIDE, true, input, constant(1L << 40));
        code.binary(AluOperation.MODULO, false, input, constant(16));
        code.binary(AluOperation.SIGNED_DIVIDE, true, input, constant(8));
        code.binary(AluOperation.ADD, false, input, constant(0));
        code.binary(AluOperation.ADD, true, constant(5), input);
        code.binary(AluOperation.XOR, true, input, input);
        code.end(code.compare(Condition.SIGNED_LESS, constant(-1), constant(0)));
        check("FoldConstants", FoldConstants::run);
    }

    @Test
    void addedConstantsMoveIntoOffsets() throws IOException {
        Slot slot = code.slot(16, "buffer");
        Value address = code.binary(AluOperation.ADD, true, code.address(slot), constant(4));
        code.store(Width.WORD, address, 4, constant(1));
        Value field = code.binary(AluOperation.ADD, true, context, constant(96));
        code.load(Width.DOUBLE, field, 8);
        code.load(Width.DOUBLE, code.binary(AluOperation.ADD, true, context, constant(40000)), 0);
        code.end(code.load(Width.WORD,
                code.binary(AluOperation.ADD, true, code.global(".data", 8), constant(4)), 0));
        check("FoldAddresses", FoldAddresses::run);
    }

    @Test
    void extensionsOfWhatIsNarrowAreLeftOut() throws IOException {
        Value word = code.load(Width.WORD, context, 0);
        code.extend(32, false, word);
        code.extend(32, true, word);
        Value small = code.load(Width.HALF, context, 4);
        code.extend(32, true, small);
        code.extend(16, true, code.load(Width.HALF, context, 8));
        code.extend(32, false, code.binary(AluOperation.ADD, true, word, small));
        code.extend(32, false, code.binary(AluOperation.ADD, true, context, small));
        code.store(Width.WORD, code.slot(4, "key"), 0,
                code.extend(32, false, code.load(Width.DOUBLE, context, 16)));
        code.end(0);
        check("RemoveExtensions", function -> RemoveExtensions.run(function, false));
    }

    @Test
    void branchesTakeOverTheComparison() throws IOException {
        Value input = code.load(Width.DOUBLE, context, 0);
        Value less = code.compare(Condition.LESS, input, constant(5));
        Value not = code.compare(Condition.EQUAL, less, constant(0));
        code.branch(Condition.NOT_EQUAL, not, constant(0), 1, 2, 1);
        Value masked = code.binary(AluOperation.AND, true, input, constant(4));
        code.branch(Condition.EQUAL, masked, constant(0), 2, 3, 2);
        code.end(0, 3);
        code.end(1);
        check("FuseComparisons", FuseComparisons::run);
    }

    @Test
    void commonComputationsAreSharedWithinABlockOnly() throws IOException {
        Value input = code.load(Width.DOUBLE, context, 0);
        code.load(Width.DOUBLE, context, 0);
        Slot slot = code.slot(8, "own");
        code.store(Width.DOUBLE, slot, 0, input);
        code.load(Width.DOUBLE, context, 0);
        Value scaled = code.binary(AluOperation.MULTIPLY, true, input, constant(12));
        code.binary(AluOperation.MULTIPLY, true, input, constant(12));
        code.load(Width.WORD, code.global(".data", 0), 0);
        code.branch(Condition.LESS, scaled, constant(100), 1, 2, 1);
        code.load(Width.WORD, code.global(".data", 0), 0);
        code.end(code.binary(AluOperation.MULTIPLY, true, input, constant(12)), 2);
        code.end(0);
        check("EliminateCommonSubexpressions", EliminateCommonSubexpressions::run);
    }

    @Test
    void deadCodeAndStoresToUnreadSlotsGo() throws IOException {
        Slot unread = code.slot(8, "unread");
        Slot read = code.slot(8, "read");
        code.store(Width.DOUBLE, unread, 0, constant(1));
        code.store(Width.DOUBLE, read, 0, constant(2));
        code.binary(AluOperation.ADD, true, code.load(Width.DOUBLE, context, 0), constant(3));
        code.call(Helper.KTIME_GET_NS);
        code.end(code.load(Width.DOUBLE, read, 0));
        check("RemoveDeadCode", RemoveDeadCode::run);
    }

    @Test
    void jumpsAreThreadedBranchesDecidedAndBlocksMerged() throws IOException {
        Value flag = code.copy(constant(0));
        code.branch(Condition.EQUAL, context, constant(0), 1, 2, 1);
        code.assign(flag, constant(1));
        code.jump(3, 2);
        code.assign(flag, constant(2));
        code.jump(3, 3);
        code.branch(Condition.EQUAL, flag, constant(1), 4, 5, 4);
        code.jump(6, 5);
        code.end(5, 6);
        code.branch(Condition.LESS, constant(3), constant(4), 7, 8, 7);
        code.end(7, 8);
        code.end(8);
        check("SimplifyBranches", SimplifyBranches::run);
    }

    @Test
    void unreachableBlocksGo() throws IOException {
        code.jump(2, 1);
        code.jump(2, 2);
        code.end(0);
        check("RemoveUnreachableBlocks", RemoveUnreachableBlocks::run);
    }

    private void countingLoop() {
        Value index = code.copy(constant(0));
        code.jump(1, 1);
        code.branch(Condition.LESS, index, constant(10), 2, 3, 2);
        code.binary(index, AluOperation.ADD, true, index, constant(1));
        code.jump(1, 3);
        code.end(index);
    }

    @Test
    void aLoopIsTestedAtItsEnd() throws IOException {
        countingLoop();
        check("RotateLoops", RotateLoops::run);
    }

    @Test
    void theWholeOptimizerLeavesOneBranchOfALoop() throws IOException {
        countingLoop();
        check("Optimizer", function -> Optimizer.run(function, ProgramType.KPROBE));
    }

    @Test
    void unrelatedAssignmentsGetTheirOwnNames() throws IOException {
        Value variable = code.copy(constant(1));
        code.call(Helper.GET_PRANDOM_U32);
        code.store(Width.DOUBLE, code.slot(8, "s"), 0, variable);
        code.assign(variable, constant(2));
        code.branch(Condition.EQUAL, context, constant(0), 1, 2, 1);
        code.assign(variable, constant(3));
        code.jump(2, 2);
        code.end(variable);
        check("SplitLiveRanges", SplitLiveRanges::run);
    }

    @Test
    void referencesAreMadeRightBeforeTheirCalls() throws IOException {
        Value map = code.map("counts");
        Value key = code.address(code.slot(4, "key"));
        code.call(Helper.MAP_LOOKUP_ELEM, map, key);
        code.call(Helper.MAP_DELETE_ELEM, map, key);
        code.end(0);
        check("RematerializeReferences", RematerializeReferences::run);
    }

    @Test
    void blocksFollowTheirPredecessors() throws IOException {
        code.branch(Condition.EQUAL, context, constant(0), 3, 1, 1);
        code.end(1, 2);
        code.jump(1, 3);
        code.jump(2, 4);
        check("OrderBlocks", OrderBlocks::run);
    }
}
