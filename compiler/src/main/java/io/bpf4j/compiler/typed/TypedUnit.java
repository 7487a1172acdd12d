package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.Type;
import java.util.List;

/**
 * A source file whose names and types are right.
 *
 * @param functions those that are called, directly or not
 * @param outputs the sites of printf and its kin, by rising id
 * @param types the named types of the source
 */
public record TypedUnit(SourceFile source, String license, List<GlobalVariable> globals,
        List<MapVariable> maps,
        List<FunctionSymbol> functions, List<TypedProbe> probes, List<OutputSite> outputs, List<Type> types) {

    /** Copies the lists. */
    public TypedUnit {
        globals = List.copyOf(globals);
        maps = List.copyOf(maps);
        functions = List.copyOf(functions);
        probes = List.copyOf(probes);
        outputs = List.copyOf(outputs);
        types = List.copyOf(types);
    }
}
