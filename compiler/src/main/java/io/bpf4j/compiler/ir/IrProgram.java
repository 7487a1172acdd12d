package io.bpf4j.compiler.ir;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import java.util.List;

/**
 * A probe in three-address code.
 *
 * @param functions the probe's body first, then every function that it calls, directly or not
 */
public record IrProgram(String name, ProgramType type, AttachSpec attach, List<IrFunction> functions) {

    /** Copies the list. */
    public IrProgram {
        functions = List.copyOf(functions);
    }
}
