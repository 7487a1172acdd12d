package io.bpf4j.compiler;

import io.bpf4j.compiler.source.Diagnostic;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.List;

/** What the compiler made of a source file, and what it has to say about it. */
public record Compilation(ProgramUnit unit, List<Diagnostic> warnings) {

    /** Copies the list. */
    public Compilation {
        warnings = List.copyOf(warnings);
    }
}
