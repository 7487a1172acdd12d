package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.x64.MachineCode;
import java.util.Map;

/**
 * The machine code of one program.
 *
 * @param code its line table has slots; its symbols are {@link Runtime}s
 * @param functions where each function starts in the code, by its first slot
 */
public record CompiledProgram(MachineCode code, Map<Integer, Integer> functions) {

    /** Copies the map. */
    public CompiledProgram {
        functions = Map.copyOf(functions);
    }
}
