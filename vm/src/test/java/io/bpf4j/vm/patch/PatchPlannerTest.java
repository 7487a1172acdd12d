package io.bpf4j.vm.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.patch.Refusal.Reason;
import io.bpf4j.vm.x64.Gpr;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchPlannerTest {

    private static final long BASE = 0x10000;
    private static final long CODE = 0x20000;

    private static ModuleText module(String hex, long... starts) {
        return new ModuleText(new Block(BASE, HexFormat.of().parseHex(hex.replace(" ", ""))), List.of(),
                starts,
                new long[0]);
    }

    private static FunctionCode function(ModuleText module) {
        return FunctionCode.of(module.text(), new Range(BASE, module.nextStart(BASE)));
    }

    private static PatchPlan plan(String hex, long offset, long... starts) {
        ModuleText module = module(hex, starts);
        return new PatchPlanner(CodeMap.of(module)).at(function(module), BASE + offset);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void wholeInstructionsGiveWayAndTheRestIsNops() {
        // push rbp; mov rbp, rsp; sub rsp, 16; ret
        var jump = assertInstanceOf(PatchPlan.Jump.class, plan("55 4889e5 4883ec10 c3", 0));
        assertEquals(new Range(BASE, BASE + 8), jump.detour().window());
        Edit edit = jump.edits(CODE).get(0);
        assertEquals("e9fbff0000" + "0f1f00", hex(edit.replacement()));
        assertEquals("554889e54883ec10", hex(edit.original()));
        assertEquals("554889e54883ec10" + "e9fbfffeff", hex(jump.detour().after().at(CODE)));
    }

    @Test
    void operandsRelativeToRipAreWrittenAnew() {
        // lea rax, [rip + 0x100]; ret
        var jump = assertInstanceOf(PatchPlan.Jump.class, plan("488d0500010000 c3", 0));
        assertEquals("488d050001ffff" + "e9fbfffeff", hex(jump.detour().after().at(CODE)));
        assertThrows(IllegalArgumentException.class, () -> jump.detour().after().at(CODE + (1L << 32)));
        assertFalse(jump.detour().after().reach().contains(CODE + (1L << 31)));
    }

    @Test
    void callsPushTheAddressToWhichTheyReturned() {
        // call BASE + 0x105; ret
        var jump = assertInstanceOf(PatchPlan.Jump.class, plan("e800010000 c3", 0));
        assertEquals("ff3505000000" + "e9fa00ffff" + "0500010000000000", hex(jump.detour().after().at(CODE)));
    }

    @Test
    void endbr64StaysInPlaceUnlessABranchComesBehindIt() {
        ModuleText module = module("f30f1efa b801000000 c3");
        assertEquals(BASE + 4, new PatchPlanner(CodeMap.of(module)).entry(function(module)).site());
        // The last instruction jumps behind ENDBR64.
        module = module("f30f1efa b801000000 ebf9");
        assertEquals(BASE, new PatchPlanner(CodeMap.of(module)).entry(function(module)).site());
    }

    @Test
    void aReturnIsPatchedWithWhatIsBeforeIt() {
        // mov eax, ebx; pop rbx; pop rbp; ret
        var jump = assertInstanceOf(PatchPlan.Jump.class, plan("89d8 5b 5d c3", 4));
        assertEquals(new Range(BASE, BASE + 5), jump.detour().window());
        assertEquals("89d85b5d", hex(jump.detour().before().at(CODE)));
        assertEquals("c3", hex(jump.detour().after().at(CODE)));
    }

    @Test
    void aReturnIsPatchedWithThePaddingAfterIt() {
        // jmp to the return; nop; ret; int3s up to the next function
        var jump = assertInstanceOf(PatchPlan.Jump.class,
                plan("eb01 90 c3" + "cc".repeat(12) + "c3", 3, BASE, BASE + 16));
        assertEquals(new Range(BASE + 3, BASE + 8), jump.detour().window());
    }

    @Test
    void aShortJumpLeadsToPaddingNearby() {
        // xor eax, eax; ret; int3; a function right after; then padding
        var jump = assertInstanceOf(PatchPlan.ShortJump.class,
                plan("31c0 c3" + "b801000000 c3" + "cc".repeat(7) + "c3", 0, BASE, BASE + 3, BASE + 16));
        assertEquals(BASE + 9, jump.pad());
        List<Edit> edits = jump.edits(CODE);
        assertEquals(BASE + 9, edits.get(0).address());
        assertEquals("e9f2ff0000", hex(edits.get(0).replacement()));
        assertEquals("eb07", hex(edits.get(1).replacement()));
    }

    @ParameterizedTest
    @CsvSource({
        // loop to the second instruction: push rbp; dec edi; jne -4; pop rbp; ret
        "55 ffcf 75fc 5d c3, BRANCH_INSIDE",
        // xor eax, eax; ret, and nothing else
        "31c0 c3, TOO_SHORT",
        // call rax; xor eax, eax; xor ecx, ecx; ret
        "ffd0 31c0 31c9 c3, RETURN_INSIDE",
        // xor edi, edi; syscall; ret
        "31ff 0f05 c3, UNMOVABLE",
        // push rbp; no instruction
        "55 06 06 06 06 06 06, UNDECODABLE"})
    void whatStandsAgainstAJumpIsTold(String hex, Reason reason) {
        var breakpoint = assertInstanceOf(PatchPlan.Breakpoint.class, plan(hex, 0));
        assertEquals(reason, breakpoint.why().reason());
        assertEquals("cc", hex(breakpoint.edits(CODE).get(0).replacement()));
    }

    @ParameterizedTest
    @CsvSource({"cc c3, 0, UNMOVABLE", "06, 0, UNDECODABLE", "554889e5c3, 2, NO_INSTRUCTION",
        "0f0b, 0, UNMOVABLE",
        "66e900000000c3, 0, UNMOVABLE", "c7f800000000c3, 0, UNMOVABLE", "ff14240f1f4400c3, 0, UNMOVABLE"})
    void whatCannotBePatchedAtAllIsRefused(String hex, long offset, Reason reason) {
        var refusal = assertInstanceOf(Refusal.class, plan(hex, offset));
        assertEquals(reason, refusal.reason());
        assertTrue(refusal.text().contains("0x"), refusal::text);
    }

    @Test
    void otherBytesInMemoryAreAnothersPatch() {
        var jump = assertInstanceOf(PatchPlan.Jump.class, plan("55 4889e5 4883ec10 c3", 0));
        byte[] memory = HexFormat.of().parseHex("cc4889e54883ec10c3");
        Refusal refusal = jump.check(new Block(BASE, memory)).orElseThrow();
        assertEquals(Reason.FOREIGN_BYTES, refusal.reason());
        assertTrue(refusal.text().contains("another tracer's breakpoint"), refusal::text);
        assertTrue(jump.check(new Block(BASE, jump.detour().original())).isEmpty());
    }

    @Test
    void aPatchThatIsThereIsAvoided() {
        ModuleText module = module("b801000000 b902000000 c3");
        var planner = new PatchPlanner(CodeMap.of(module)).avoiding(List.of(new Range(BASE, BASE + 5)));
        assertInstanceOf(Refusal.class, planner.at(function(module), BASE));
        assertInstanceOf(PatchPlan.Jump.class, planner.at(function(module), BASE + 5));
    }

    @Test
    void tablesOfTheDataLeadIntoFunctions() {
        // 16 bytes of function, and an address in the data of its second instruction.
        byte[] code = HexFormat.of().parseHex("5590904889e5c3" + "cc".repeat(9));
        byte[] data = HexFormat.of().parseHex("0100010000000000");
        var module = new ModuleText(new Block(BASE, code), List.of(new Block(0x30000, data)),
                new long[]{BASE},
                new long[0]);
        CodeMap map = CodeMap.of(module);
        assertTrue(map.isTarget(BASE + 1));
        var plan = assertInstanceOf(PatchPlan.Breakpoint.class,
                new PatchPlanner(map).at(FunctionCode.of(module.text(), new Range(BASE, BASE + 7)), BASE));
        assertEquals(Reason.BRANCH_INSIDE, plan.why().reason());
    }

    @Test
    void flagsAndRegistersDieWhereTheyAreWritten() {
        // mov rcx, [rdi]; test rcx, rcx; jne +0; mov eax, 1; ret
        ModuleText module = module("488b0f 4885c9 7500 b801000000 c3");
        var analysis = new FunctionAnalysis(CodeMap.of(module), function(module));
        assertFalse(analysis.areFlagsLive(BASE));
        assertTrue(analysis.areFlagsLive(BASE + 6));
        assertTrue(analysis.deadRegisters(BASE).contains(Gpr.RCX));
        assertTrue(analysis.deadRegisters(BASE).contains(Gpr.RAX));
        assertFalse(analysis.deadRegisters(BASE).contains(Gpr.RDI));
        assertFalse(analysis.deadRegisters(BASE + 3).contains(Gpr.RCX));
    }

    @Test
    void thePartsOfAFunctionAreFound() {
        // endbr64; push rbp; mov rbp, rsp; dec edi; jne start; pop rbp; jmp far away; ret 8
        ModuleText module = module("f30f1efa 55 4889e5 ffcf 75f4 5d e900100000 c20800");
        var analysis = new FunctionAnalysis(CodeMap.of(module), function(module));
        assertEquals(8, analysis.prologueLength());
        assertTrue(analysis.isEntryRepeated());
        assertEquals(List.of(BASE + 18), function(module).returns());
        assertEquals(BASE + 18 + 0x1000, analysis.tailCalls().get(0).target().orElseThrow());
    }
}
