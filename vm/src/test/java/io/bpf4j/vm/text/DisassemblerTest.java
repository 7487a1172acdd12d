package io.bpf4j.vm.text;

import static io.bpf4j.vm.isa.Operand.immediate;
import static io.bpf4j.vm.isa.Register.R0;
import static io.bpf4j.vm.isa.Register.R1;
import static io.bpf4j.vm.isa.Register.R2;
import static io.bpf4j.vm.isa.Register.R3;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.text.Disassembler.Options;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisassemblerTest {

    private static final List<Insn> INSTRUCTIONS = List.of(new CallHelper(14),
            new Branch(Condition.NOT_EQUAL, true, R0, immediate(42), (short) 8),
            new LoadImmediate64(R1, Immediate64.MAP, 0, 0),
            new LoadImmediate64(R2, Immediate64.MAP_VALUE, 0, 8),
            new LoadImmediate64(R3, Immediate64.NUMBER, 7, 0), new CallFunction(2), new CallHelper(99999),
            new Exit(), new Alu(AluOperation.MOVE, false, R0, immediate(-1)), new Exit());

    private static Program program(List<Insn> instructions, List<Reference> references,
            List<Function> functions) {
        return new Program("demo", ProgramType.KPROBE, new AttachSpec.Begin(), instructions, references,
                functions,
                List.of(new SourceLine(0, "demo.probe", 3, 5, "    if (pid() == 42) {"),
                        new SourceLine(2, "demo.probe", 4, 9, "        twice(counts);"),
                        new SourceLine(10, "demo.probe", 9, 1, "int twice() {")));
    }

    private final Program program = program(INSTRUCTIONS,
            List.of(new Reference.ToMap(2, "counts"), new Reference.ToMapValue(4, ".bss", 8),
                    new Reference.ToMap(6, "wrong kind")),
            List.of(new Function("main", 0, List.of(), VoidType.VOID),
                    new Function("not a word", 11, List.of(), VoidType.VOID)));

    @Test
    void programsShowFunctionsMapsHelpersAndSource() {
        assertEquals("""
                main:
                ; if (pid() == 42) { @ demo.probe:3
                     0: call 14 /* get_current_pid_tgid */
                     1: if r0 != 42 goto +8 <L10>
                ; twice(counts); @ demo.probe:4
                     2: r1 = map[counts] ll
                     4: r2 = map[.bss][0]+8 ll
                     6: r3 = 7 ll /* map["wrong kind"] */
                     8: call pc+2 <function_11>
                     9: call 99999
                L10:
                ; int twice() { @ demo.probe:9
                    10: exit
                function_11:
                    11: w0 = -1
                    12: exit
                """, new Disassembler(Options.FULL).disassemble(program));
    }

    @Test
    void plainTextHasInstructionsOnly() {
        assertEquals("""
                    call 14
                    if r0 != 42 goto +8
                    r1 = map[counts] ll
                    r2 = map[.bss][0]+8 ll
                    r3 = 7 ll /* map["wrong kind"] */
                    call pc+2
                    call 99999
                    exit
                    w0 = -1
                    exit
                """, new Disassembler(Options.PLAIN).disassemble(program));
    }

    @Test
    void programsReadBackWithReferencesAndFunctions() {
        Assembly assembly = Assembler.assemble(new Disassembler(Options.FULL).disassemble(program));
        assertEquals(INSTRUCTIONS, assembly.instructions());
        assertEquals(program.references().subList(0, 2), assembly.references());
        assertEquals(0, assembly.labels().get("main"));
        assertEquals(11, assembly.labels().get("function_11"));
    }

    @Test
    void functionsMayHaveAnyName() {
        for (String name : List.of("s", "L10", "r5", "pc", "kfunc", "exit", "map", "lock", "ktime_get_ns")) {
            Program named = program(INSTRUCTIONS, List.of(),
                    List.of(new Function(name, 0, List.of(), VoidType.VOID),
                            new Function(name, 11, List.of(), VoidType.VOID)));
            assertEquals(INSTRUCTIONS,
                    Assembler.assemble(new Disassembler(Options.READABLE).disassemble(named)).instructions(),
                    name);
        }
    }

    @Test
    void immediatesThatAreNotNumbersSayWhatTheyAre() {
        List<Insn> loads = List.of(new LoadImmediate64(R1, Immediate64.MAP, 3, 0),
                new LoadImmediate64(R1, Immediate64.MAP_VALUE, 3, 8),
                new LoadImmediate64(R1, Immediate64.MAP_INDEX, 3, 0),
                new LoadImmediate64(R1, Immediate64.MAP_INDEX_VALUE, 3, -8),
                new LoadImmediate64(R1, Immediate64.VARIABLE, 3, 0),
                new LoadImmediate64(R1, Immediate64.VARIABLE, 3, 4),
                new LoadImmediate64(R1, Immediate64.FUNCTION, -3, 0), new CallKernelFunction(7, (short) 0),
                new CallKernelFunction(7, (short) 2));
        assertEquals("""
                    r1 = map[fd:3] ll
                    r1 = map[fd:3][0]+8 ll
                    r1 = map[idx:3] ll
                    r1 = map[idx:3][0]-8 ll
                    r1 = var[btf:3] ll
                L10:
                    r1 = var[btf:3, module:4] ll
                    r1 = subprog[-3] ll <L10>
                    call kfunc 7
                    call kfunc 7 module 2
                """, new Disassembler(Options.READABLE).disassemble(loads));
    }
}
