package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compiles programs to x86-64.
 *
 * <p>The code keeps the program's registers in processor registers all the time, uses no vector registers, and makes no
 * assumption about the alignment of the stack. A function is entered with its arguments in rdi, rsi, rdx, rcx, r8, the
 * address of a {@link Control} block in r12 and the frame pointer R10 in rbp; each function that it calls gets the
 * {@value io.bpf4j.vm.engine.Execution#FRAME_BYTES} bytes below. Functions other than the program's own entry keep
 * rbx, r13, r14 and r15.
 */
public final class X64Compiler {

    private final Set<CpuFeature> features;

    /** Makes a compiler for processors that have some features at least. */
    public X64Compiler(Set<CpuFeature> features) {
        this.features = Set.copyOf(features);
    }

    /** Compiles a program; nothing holds back one that the verifier has accepted. */
    public CompiledProgram compile(PreparedProgram program) {
        X64Assembler code = new X64Assembler();
        Map<Integer, Label> entries = append(code, program, HelperLinkage.BY_SYMBOL);
        MachineCode machineCode = code.assemble();
        Map<Integer, Integer> functions = new HashMap<>();
        entries.forEach((slot, label) -> functions.put(slot, machineCode.offsetOf(label)));
        return new CompiledProgram(machineCode, functions);
    }

    /**
     * Compiles a program to the end of other code.
     *
     * @return where each function starts, by its first slot
     */
    public Map<Integer, Label> append(X64Assembler code, PreparedProgram program, HelperLinkage linkage) {
        boolean checked = program.checking() == Checking.FULL;
        Emission emission = new Emission(code, program.flow(), checked,
                program.proof().map(VerifiedProgram::safeDivisions).orElseGet(BitSet::new), features,
                linkage);
        return new ProgramEmitter(emission, program.program().references(), Map.of()).emit();
    }

    /**
     * Compiles routines of bpf4j's own runtime, which nobody else writes and nobody verifies.
     *
     * @param known labels for functions, by their first slot, that are in use already
     * @return where each function starts, by its first slot
     */
    public Map<Integer, Label> appendRoutines(X64Assembler code, ControlFlow routines, HelperLinkage linkage,
            Map<Integer, Label> known) {
        return new ProgramEmitter(new Emission(code, routines, false, new BitSet(), features, linkage),
                List.of(), known)
                .emit();
    }
}
