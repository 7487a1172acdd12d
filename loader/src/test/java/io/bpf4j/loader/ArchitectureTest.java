package io.bpf4j.loader;

import io.bpf4j.vm.ArchitectureRules;
import java.util.Set;

class ArchitectureTest extends ArchitectureRules {
    ArchitectureTest() {
        super("io.bpf4j.loader", Session.class, """
                sys      ->
                feature  -> sys
                elf      ->
                proc     -> elf
                event    -> sys
                .        ->
                site     -> . code elf proc
                symbol   -> elf proc
                code     -> elf
                inject   -> proc sys
                inprocess -> sys
                kernel   -> . elf event feature proc site sys
                testrun  -> . event feature kernel sys
                user     -> . code elf inject inprocess proc site sys
                """, new Home("jnr.", Set.of("sys")), new Home("com.kenai", Set.of("sys")));
    }
}
