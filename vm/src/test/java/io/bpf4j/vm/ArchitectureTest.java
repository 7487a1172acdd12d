package io.bpf4j.vm;

import io.bpf4j.vm.isa.Insn;
import java.util.Set;

class ArchitectureTest extends ArchitectureRules {
    ArchitectureTest() {
        super("io.bpf4j.vm", Insn.class, """
                isa      ->
                x64      ->
                patch    -> x64
                type     ->
                abi      -> type
                program  -> abi isa type
                text     -> abi isa program type
                btf      -> abi isa program type
                btf.core -> btf isa
                object   -> abi btf isa program type
                object.foreign -> abi btf btf.core isa object program type
                flow     -> abi isa program
                memory   -> isa
                map.layout -> program
                map      -> abi map.layout memory program type
                explain  -> abi isa program type
                verify   -> abi btf explain flow isa program type
                engine   -> abi flow isa map memory program verify
                engine.helper -> abi engine isa map memory program
                jit.x64  -> engine flow isa program verify x64
                jit.x64.runtime -> abi engine flow isa jit.x64 map.layout program text x64
                trampoline -> abi isa jit.x64 patch program x64
                jit.jvm  -> abi engine engine.helper flow isa map memory program
                """, new Home("org.objectweb.asm", Set.of("jit.jvm")));
    }
}
