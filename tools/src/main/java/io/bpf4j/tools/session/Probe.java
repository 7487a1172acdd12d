package io.bpf4j.tools.session;

import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.List;
import java.util.Map;

/**
 * What a user named on the command line, read.
 *
 * @param traits what the kernel is to be told about programs of other people's objects, by the program's name
 * @param notes what is remarkable about such an object, one lower-case sentence each
 */
public record Probe(ProgramUnit unit, Map<String, LoadTraits> traits, List<String> notes) {

    /** Makes a probe of our own compiler's. */
    static Probe of(ProgramUnit unit) {
        return new Probe(unit, Map.of(), List.of());
    }

    /** Returns the unit without programs that are to run only if somebody asks for them. */
    public ProgramUnit wanted() {
        return unit.withPrograms(unit.programs().stream().filter(
                program -> !traits.getOrDefault(program.name(), LoadTraits.NONE).onDemand()).toList());
    }
}
