package io.bpf4j.tools;

import io.bpf4j.vm.ArchitectureRules;
import java.util.Set;

class ArchitectureTest extends ArchitectureRules {
    ArchitectureTest() {
        super("io.bpf4j.tools", Bpf4j.class, """
                common   ->
                session  -> common
                command  -> common session
                sslsniff -> common session
                syscount -> common session
                verify   -> common session
                vm       -> common
                .        -> command common session sslsniff syscount verify vm
                """);
    }

    @Override
    protected Set<String> printers() {
        return Set.of("common", "session", "command", "sslsniff", "syscount", "verify", "vm", ".");
    }
}
