package io.bpf4j.compiler.ir;

import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.Type;
import java.util.List;

/** A whole source file in three-address code: a {@link io.bpf4j.vm.program.ProgramUnit} but for the bytecode. */
public record IrUnit(String name, String license, List<IrProgram> programs, List<MapSpec> maps,
        List<Global> globals,
        List<OutputSite> outputs, List<LossCounter> losses, List<Type> types) {

    /** Copies the lists. */
    public IrUnit {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
        globals = List.copyOf(globals);
        outputs = List.copyOf(outputs);
        losses = List.copyOf(losses);
        types = List.copyOf(types);
    }
}
