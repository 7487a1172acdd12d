package io.bpf4j.compiler.codegen;

import static io.bpf4j.compiler.ir.Operand.constant;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.IrBuilder;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.Diagnostic;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.IsaVersion;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Too many values, too large frames, too long jumps. */
class LimitsTest {

    private static final byte[] CONTEXT = ByteBuffer.allocate(192).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(48, 7).putInt(52, 0).array();

    private static Program generate(IrUnit unit, CodegenOptions options) {
        return CodeGenerator.generate(unit, options).programs().getFirst();
    }

    @ParameterizedTest
    @CsvSource({"5,true", "12,true", "50,true", "50,false"})
    void valuesThatFindNoRegisterGoThroughTheFrame(int count, boolean optimise) throws Exception {
        IrBuilder code = new IrBuilder();
        Value context = code.parameter();
        Value input = code.load(Width.WORD, context, 48);
        List<Value> values = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            values.add(code.binary(AluOperation.MULTIPLY, true, input, constant(index + 3)));
        }
        code.call(Helper.KTIME_GET_NS);
        Value sum = code.copy(constant(0));
        for (Value value : values) {
            code.binary(sum, AluOperation.XOR, true, sum, value);
        }
        code.end(sum);
        Program program = generate(
                IrBuilder.unit(ProgramType.SOCKET_FILTER, List.of(), code.function("pressure")),
                new CodegenOptions(IsaVersion.V3, optimise));
        long expected = 0;
        for (int index = 0; index < count; index++) {
            expected ^= 7L * (index + 3);
        }
        try (KernelOracle kernel = KernelOracle.open()) {
            KernelOracle.Answer answer = kernel.ask(program, List.of(), CONTEXT);
            assertEquals("", answer.refusal());
            assertEquals(expected, answer.result());
        }
    }

    @Test
    void aFrameAbove512BytesIsRefusedWithTheLargestVariables() {
        IrBuilder code = new IrBuilder();
        code.parameter();
        Slot text = code.slot(480, "text");
        Slot key = code.slot(64, "key");
        code.call(Helper.GET_CURRENT_COMM, code.address(text), constant(480));
        code.call(Helper.GET_CURRENT_COMM, code.address(key), constant(64));
        code.end(0);
        IrUnit unit = IrBuilder.unit(ProgramType.KPROBE, List.of(), code.function("large"));
        var error = assertThrows(CompileException.class, () -> generate(unit, CodegenOptions.DEFAULT));
        assertEquals(
                "hand.probe:1:1: error: 'text' takes 480 bytes; 'large' needs 544 bytes of stack, but there are 512",
                error.getMessage());
        assertEquals(List.of("'key' takes 64 bytes"),
                error.diagnostics().getFirst().notes().stream().map(Diagnostic.Note::text).toList());
    }

    @Test
    void theFramesOfAChainOfCallsCountTogether() {
        IrBuilder inner = new IrBuilder();
        Value parameter = inner.parameter();
        inner.call(Helper.GET_CURRENT_COMM, inner.address(inner.slot(256, "inner")), constant(256));
        inner.end(parameter);
        IrBuilder outer = new IrBuilder();
        outer.parameter();
        outer.call(Helper.GET_CURRENT_COMM, outer.address(outer.slot(264, "outer")), constant(264));
        outer.call("callee", constant(1));
        outer.end(0);
        IrUnit unit = IrBuilder.unit(ProgramType.KPROBE, List.of(), outer.function("main"),
                inner.function("callee"));
        var error = assertThrows(CompileException.class, () -> generate(unit, CodegenOptions.DEFAULT));
        assertTrue(
                error.getMessage()
                        .contains("'outer' takes 264 bytes; 'main' with what it calls needs 544 bytes"),
                error.getMessage());
        assertEquals("'inner' takes 256 bytes", error.diagnostics().getFirst().notes().getFirst().text());
    }

    @ParameterizedTest
    @EnumSource(value = IsaVersion.class, names = {"V3", "V4"})
    void branchesReachOverMoreThan32767Instructions(IsaVersion version) throws Exception {
        IrBuilder code = new IrBuilder();
        Value context = code.parameter();
        Value skipping = code.load(Width.WORD, context, 48);
        Value repeated = code.copy(code.load(Width.WORD, context, 52));
        Value sum = code.copy(constant(1));
        code.jump(1, 1);
        code.branch(Condition.EQUAL, skipping, constant(7), 3, 2, 2);
        for (int index = 0; index < 45000; index++) {
            code.binary(sum, AluOperation.ADD, true, sum, repeated);
        }
        code.jump(3, 3);
        code.binary(repeated, AluOperation.ADD, true, repeated, constant(1));
        code.binary(sum, AluOperation.ADD, true, sum, constant(10));
        code.branch(Condition.LESS, repeated, constant(3), 1, 4, 4);
        code.end(sum);
        IrFunction function = code.function("far");
        Program program = generate(IrBuilder.unit(ProgramType.SOCKET_FILTER, List.of(), function),
                new CodegenOptions(version, false));
        boolean longJump = program.instructions().stream()
                .anyMatch(insn -> insn instanceof Insn.Jump jump && jump.wide());
        assertEquals(version == IsaVersion.V4, longJump);
        try (KernelOracle kernel = KernelOracle.open()) {
            KernelOracle.Answer answer = kernel.ask(program, List.of(), CONTEXT);
            assertEquals("", answer.refusal());
            assertEquals(31, answer.result());
        }
    }

    @Test
    void everyFunctionHasALineAtItsFirstSlotAndEqualInputGivesEqualCode() {
        IrBuilder inner = new IrBuilder();
        inner.end(inner.binary(AluOperation.ADD, true, inner.parameter(), constant(1)));
        IrBuilder outer = new IrBuilder();
        outer.parameter();
        outer.end(outer.call("callee", constant(1)));
        IrUnit unit = IrBuilder.unit(ProgramType.KPROBE, List.of(), outer.function("main"),
                inner.function("callee"));
        Program program = generate(unit, CodegenOptions.DEFAULT);
        assertEquals(List.of("main", "callee"),
                program.functions().stream().map(function -> function.name()).toList());
        List<Integer> slots = program.lines().stream().map(SourceLine::slot).toList();
        assertTrue(program.functions().stream().allMatch(function -> slots.contains(function.slot())),
                slots.toString());
        assertEquals(slots.stream().sorted().distinct().toList(), slots);
        assertEquals("text of line", program.lines().getFirst().text());
        assertEquals(program, generate(unit, CodegenOptions.DEFAULT));
    }
}
