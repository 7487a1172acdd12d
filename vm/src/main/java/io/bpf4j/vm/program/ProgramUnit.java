package io.bpf4j.vm.program;

import io.bpf4j.vm.type.Type;
import java.util.List;
import java.util.Optional;

/**
 * What the compiler emits for one source file, and all that a loader needs: equal on every machine for
 * equal input.
 *
 * @param name the source file's name without directory and extension
 * @param license what the kernel is told, such as {@code GPL}
 * @param types the named types of the source, for showing values
 */
public record ProgramUnit(String name, String license, List<Program> programs, List<MapSpec> maps,
        List<Global> globals,
        List<OutputSite> outputs, List<LossCounter> losses, List<Type> types) {

    /** Copies the lists. */
    public ProgramUnit {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
        globals = List.copyOf(globals);
        outputs = List.copyOf(outputs);
        losses = List.copyOf(losses);
        types = List.copyOf(types);
    }

    /** Finds a map by name. */
    public Optional<MapSpec> map(String mapName) {
        return maps.stream().filter(map -> map.name().equals(mapName)).findFirst();
    }

    /** Finds a global variable by name. */
    public Optional<Global> global(String globalName) {
        return globals.stream().filter(global -> global.name().equals(globalName)).findFirst();
    }

    /** Returns the same unit with other programs, for instance without those that nobody needs. */
    public ProgramUnit withPrograms(List<Program> otherPrograms) {
        return new ProgramUnit(name, license, otherPrograms, maps, globals, outputs, losses, types);
    }

    /** Returns the same unit with other maps, for instance with other initial data. */
    public ProgramUnit withMaps(List<MapSpec> otherMaps) {
        return new ProgramUnit(name, license, programs, otherMaps, globals, outputs, losses, types);
    }
}
