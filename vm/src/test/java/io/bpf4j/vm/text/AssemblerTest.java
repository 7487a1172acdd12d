package io.bpf4j.vm.text;

import static io.bpf4j.vm.isa.Operand.immediate;
import static io.bpf4j.vm.isa.Register.R0;
import static io.bpf4j.vm.isa.Register.R1;
import static io.bpf4j.vm.isa.Register.R2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.program.Reference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssemblerTest {

    private static List<Insn> instructions(String text) {
        return Assembler.assemble(text).instructions();
    }

    private static String problems(String text) {
        return assertThrows(AssemblyException.class, () -> Assembler.assemble(text)).getMessage();
    }

    @Test
    void labelsLeadForwardsAndBackwardsOverWideInstructions() {
        Assembly assembly = Assembler.assemble("""
                start:  r1 = 5 ll
                        if r1 s> 5 goto done
                        call twice
                        goto start
                        gotol done
                twice:
                inner:  exit
                done:   exit
                """);
        assertEquals(List.of(LoadImmediate64.number(R1, 5),
                new Branch(Condition.SIGNED_GREATER, true, R1, immediate(5), (short) 4), new CallFunction(2),
                new Jump(-5, false), new Jump(1, true), new Exit(), new Exit()), assembly.instructions());
        assertEquals(Map.of("start", 0, "twice", 6, "inner", 6, "done", 7), assembly.labels());
    }

    @Test
    void commentsOfEveryStyleAreSkipped() {
        assertEquals(List.of(new Exit(), new Negate(true, R1)), instructions("""
                ; one
                # two
                // three
                exit ; four
                /* five
                   six */ r1 /* seven */ = -r1 // eight
                """));
    }

    @Test
    void helpersAreCalledByNumberOrNameUnlessALabelHasTheName() {
        assertEquals(List.of(new CallHelper(5), new CallHelper(5), new CallHelper(5)),
                instructions("call 5\ncall bpf_ktime_get_ns\ncall ktime_get_ns"));
        assertEquals(List.of(new CallFunction(-1)), instructions("ktime_get_ns: call ktime_get_ns"));
    }

    @Test
    void mapsByNameLeaveReferences() {
        Assembly assembly = Assembler.assemble("""
                r1 = map[counts] ll
                r2 = map[.bss][0]+8 ll
                r2 = map["odd name"][0] ll
                r0 = 0
                """);
        assertEquals(List.of(new LoadImmediate64(R1, Immediate64.MAP, 0, 0),
                new LoadImmediate64(R2, Immediate64.MAP_VALUE, 0, 8),
                new LoadImmediate64(R2, Immediate64.MAP_VALUE, 0, 0),
                new Alu(AluOperation.MOVE, true, R0, immediate(0))), assembly.instructions());
        assertEquals(List.of(new Reference.ToMap(0, "counts"), new Reference.ToMapValue(2, ".bss", 8),
                new Reference.ToMapValue(4, "odd name", 0)), assembly.references());
    }

    @Test
    void immediatesAreDecimalHexNegativeOrUnsignedWhereNothingIsLost() {
        assertEquals(List.of(new Alu(AluOperation.MOVE, false, R1, immediate(-1)),
                new Alu(AluOperation.AND, false, R1, immediate(0x80000000)),
                new Alu(AluOperation.ADD, true, R1, immediate(-0x80000000)), LoadImmediate64.number(R1, -1),
                LoadImmediate64.number(R1, 0x123456789abcdef0L)), instructions("""
                        w1 = 0xffffffff
                        w1 &= 2147483648
                        r1 += -0x80000000
                        r1 = 18446744073709551615 ll
                        r1 = 0x123456789ABCDEF0 ll
                        """));
    }

    @Test
    void linesOfLlvmAndTheKernelAreRead() {
        assertEquals(
                instructions("r1 = *(u32 *)(r2 - 4)\n*(u16 *)(r1 + 2) = r2\ngoto +1\nr0 = *(u8 *)skb[5]"),
                instructions("""
                               0:\tw1 = *(u32 *)(r2 - 0x4)
                               1:\t*(u16 *)(r1 +2) = w2
                               2:\tgoto +0x1 <LBB0_2+0x18>
                               3:\tr0 = *(u8 *)skb[0x5]
                        """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "r11 = 5                   | 1:1: error: no register `r11`, expected r0 to r10 or w0 to w10",
        "r1 = r2 r3                | 1:9: error: expected the end of the line, found `r3`",
        "r1 = w2                   | 1:6: error: expected r2 here, found `w2`",
        "w1 += r2                  | 1:7: error: expected w2 here, found `r2`",
        "r1 ? 2                    | 1:4: error: no instruction has the character `?`",
        "r1 = 0x1ffffffff          | 1:6: error: 8589934591 does not fit in 32 bits with sign,"
                + " expected `8589934591 ll`",
        "r1 += 0xffffffff          | 1:7: error: expected a register or a number from -2147483648 to 2147483647,"
                + " found 4294967295",
        "w1 = 5 ll                 | 1:1: error: a 64-bit immediate needs an r register, found `w1`",
        "r1 = *(u65 *)(r2 + 0)     | 1:8: error: expected a type, u8 to u64 or s8 to s32, found `u65`",
        "r1 = *(u64 *)(r2 + 40000) | 1:18: error: expected an offset from -32768 to 32767, found 40000",
        "w1 = *(s8 *)(r2 + 0)      | 1:1: error: a load of s8 fills the whole register, expected r1",
        "r1 = -r2                  | 1:7: error: expected r1 here, found `r2`",
        "r1 = bswap8 r1            | 1:6: error: expected a register, a number, a load or an operation,"
                + " found `bswap8`",
        "goto nowhere              | 1:6: error: label `nowhere` is not defined",
        "call nobody               | 1:6: error: no label and no helper is called `nobody`",
        "if r1 => 5 goto +1        | 1:7: error: expected a comparison such as `==` or `s>`, found `=`",
        "if r1 == 5 goto 3         | 1:17: error: expected a label or a distance such as `+3`, found `3`",
        "goto +40000               | 1:6: error: distance +40000 is out of range, expected -32768 to 32767,"
                + " `gotol` reaches farther",
        "a: a: exit                | 1:4: error: label `a` is already defined",
        "a: goto +3 <a>            | 1:9: error: distance +3 does not lead to `a`, which is at -1",
        "r1: exit                  | 1:1: error: expected the name of a label, found `r1`",
        "lock *(u8 *)(r1 + 0) += r2 | 1:7: error: atomic operations are on u32 or u64 only",
        "r1 = 12ab                 | 1:6: error: `12ab` is not a number, expected digits or 0x and hex digits",
        "exit /* for ever          | 1:6: error: comment without end, expected */",
        "frobnicate r1             | 1:1: error: expected an instruction, found `frobnicate`"})
    void mistakesAreReportedWithPlaceAndExpectation(String text, String message) {
        assertEquals(message, problems(text).lines().findFirst().orElseThrow());
    }

    @Test
    void everyLineWithAMistakeIsReported() {
        assertEquals("""
                1:6: error: label `end` is not defined
                2:5: error: expected a register, a number, a load or an operation, found the end of the line
                4:13: error: expected `goto`, found `5`""", problems("""
                goto end
                r1 =
                exit
                if r1 == r2 5
                """));
    }
}
