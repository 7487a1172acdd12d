package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.engine.PreparedProgram;
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
        return new ProgramEmitter(program, features).emit();
    }
}
