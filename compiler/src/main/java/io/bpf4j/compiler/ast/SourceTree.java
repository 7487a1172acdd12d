package io.bpf4j.compiler.ast;

import io.bpf4j.compiler.source.SourceFile;
import java.util.List;

/** A source file as written. */
public record SourceTree(SourceFile source, List<DeclarationTree> declarations) {

    /** Copies the list. */
    public SourceTree {
        declarations = List.copyOf(declarations);
    }
}
