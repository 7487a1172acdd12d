package io.bpf4j.vm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnArbitraries;
import io.bpf4j.vm.text.Disassembler.Options;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class TextProperties {

    @Provide
    Arbitrary<List<Insn>> programs() {
        return InsnArbitraries.programs();
    }

    @Provide
    Arbitrary<Options> options() {
        return Arbitraries.of(Options.PLAIN, Options.READABLE, Options.FULL);
    }

    /** Pieces that instructions are made of, in no order. */
    @Provide
    Arbitrary<String> scraps() {
        return Arbitraries
                .of("r1", "w2", "r11", "=", "+=", "s>>=", "*", "(", ")", "u64", "s8", "[", "]", "map",
                        "fd", ":", "5", "-", "+", "0x", "0xffffffffffffffffff", "ll", "if", "goto", "gotol",
                        "call", "kfunc",
                        "exit", "lock", "\n", "/*", "*/", ";", "\"", "<", ">", "L1", "pc", "skb", "@", ",",
                        "xchg_64", "be16")
                .list().ofMaxSize(12).map(pieces -> String.join(" ", pieces));
    }

    @Property
    void disassembledInstructionsAssembleToThemselves(@ForAll("programs") List<Insn> program,
            @ForAll("options") Options options) {
        String text = new Disassembler(options).disassemble(program);
        assertEquals(program, Assembler.assemble(text).instructions(), text);
    }

    @Property
    void disassemblingAgainGivesTheSameText(@ForAll("programs") List<Insn> program,
            @ForAll("options") Options options) {
        String text = new Disassembler(options).disassemble(program);
        assertEquals(text, new Disassembler(options).disassemble(Assembler.assemble(text).instructions()));
    }

    @Property
    void anyTextIsAProgramOrHasProblems(@ForAll String text) {
        assertAssemblesOrHasProblems(text);
    }

    @Property(tries = 5000)
    void scrapsAreAProgramOrHaveProblems(@ForAll("scraps") String text) {
        assertAssemblesOrHasProblems(text);
    }

    @Property
    void damagedTextIsAProgramOrHasProblems(@ForAll("programs") List<Insn> program,
            @ForAll @IntRange(max = 2000) int position, @ForAll char damage) {
        StringBuilder text = new StringBuilder(new Disassembler(Options.READABLE).disassemble(program));
        if (!text.isEmpty()) {
            text.setCharAt(position % text.length(), damage);
        }
        assertAssemblesOrHasProblems(text.toString());
    }

    private static void assertAssemblesOrHasProblems(String text) {
        try {
            List<Insn> instructions = Assembler.assemble(text).instructions();
            String printed = new Disassembler(Options.PLAIN).disassemble(instructions);
            assertEquals(instructions, Assembler.assemble(printed).instructions());
        } catch (AssemblyException problems) {
            assertFalse(problems.problems().isEmpty());
            long lines = text.lines().count() + 1;
            problems.problems().forEach(problem -> {
                assertFalse(problem.line() < 1 || problem.line() > lines, problem::toString);
                assertFalse(problem.column() < 1 || problem.column() > text.length() + 1, problem::toString);
            });
        }
    }
}
