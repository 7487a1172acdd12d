package io.bpf4j.compiler;

import io.bpf4j.vm.ArchitectureRules;
import java.util.Set;

class ArchitectureTest extends ArchitectureRules {
    ArchitectureTest() {
        super("io.bpf4j.compiler", ProbeCompiler.class, """
                source   ->
                ast      -> source
                parse    -> ast source
                typed    -> source
                check    -> ast source typed
                ir       -> source
                lower    -> ir source typed
                opt      -> ir source
                codegen  -> ir opt source
                .        -> ast check codegen ir lower parse source typed
                """, new Home("org.antlr", Set.of("parse")));
    }
}
