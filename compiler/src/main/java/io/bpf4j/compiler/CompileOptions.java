package io.bpf4j.compiler;

import io.bpf4j.compiler.check.CheckOptions;
import io.bpf4j.compiler.codegen.CodegenOptions;
import io.bpf4j.vm.isa.IsaVersion;

/**
 * How to compile.
 *
 * @param check what is known of the machine that the probe will run on
 * @param code which instructions may be used, and whether to optimise
 */
public record CompileOptions(CheckOptions check, CodegenOptions code) {

    /** For any machine of Linux 5.1 or newer. */
    public static final CompileOptions PORTABLE = new CompileOptions(CheckOptions.standard(),
            CodegenOptions.DEFAULT);

    /** Returns the same for another machine. */
    public CompileOptions withCheck(CheckOptions other) {
        return new CompileOptions(other, code);
    }

    /** Returns the same for another instruction set. */
    public CompileOptions withVersion(IsaVersion version) {
        return new CompileOptions(check, new CodegenOptions(version, code.optimise()));
    }

    /** Returns the same with optimisation on or off. */
    public CompileOptions withOptimisation(boolean optimise) {
        return new CompileOptions(check, new CodegenOptions(code.version(), optimise));
    }
}
