package io.bpf4j.tools.verify;

import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.object.foreign.ForeignObjectReader;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.object.foreign.Surroundings;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.verify.KernelTypes;
import io.bpf4j.vm.verify.Verdict;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Programs in object files, by section and function; keeps the last object, as requests for one come together. */
final class ObjectPrograms {

    private final Optional<Path> types;
    private Surroundings surroundings;
    private Read last;

    /** What was in a file, and when. */
    private record Read(Path file, FileTime time, Optional<ProgramType> otherwise, ForeignUnit content) {}

    ObjectPrograms(Optional<Path> types) {
        this.types = types;
    }

    /**
     * Verifies one program.
     *
     * @param section the name of its section; empty if the function says enough
     * @param function its name; empty if there is one program in the section, or in the object
     * @param type what to take the program for; empty for what its section says
     * @throws UserError if the file cannot be read, or has no such program, or several
     * @throws ObjectException if the file is no object that could be loaded
     */
    Verdict verify(Path file, String section, String function, Optional<ProgramType> type) {
        ForeignUnit content = read(file, type);
        Program found = find(content, section, function);
        Program program = type.isEmpty() || type.get() == found.type()
                ? found
                : new Program(found.name(), type.get(), found.attach(), found.instructions(),
                        found.references(), found.functions(), found.lines());
        VerifierInput input = VerifierInput.of(program, content.unit(),
                content.traits().getOrDefault(program.name(), LoadTraits.NONE));
        return Verifier.verify(program, input.withTypes(typesOf(program)));
    }

    /** Returns the types of a program's arguments, if it has any that the kernel knows. */
    Optional<KernelTypes> typesOf(Program program) {
        return program.type() == ProgramType.TRACING
                ? surroundings().types().flatMap(kernels -> KernelTypes.of(kernels, program))
                : Optional.empty();
    }

    private Surroundings surroundings() {
        if (surroundings == null) {
            surroundings = ProbeFile.surroundings(types);
        }
        return surroundings;
    }

    private static Program find(ForeignUnit content, String section, String function) {
        List<Program> found = content.unit().programs().stream()
                .filter(program -> function.isEmpty() || program.name().equals(function))
                .filter(program -> section.isEmpty() || content.sections().isEmpty()
                        || section.equals(content.sections().get(program.name())))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String wanted = (function.isEmpty() ? "" : " " + function)
                + (section.isEmpty() ? "" : " in section " + section);
        throw new UserError(ExitCode.USAGE, found.isEmpty()
                ? "the object has no program" + wanted
                : "the object has " + found.size() + " programs" + wanted + ", \"func\" says which");
    }

    private ForeignUnit read(Path file, Optional<ProgramType> otherwise) {
        FileTime time = timeOf(file);
        if (last == null || !last.file().equals(file) || !last.time().equals(time)
                || !last.otherwise().equals(otherwise)) {
            last = new Read(file, time, otherwise, parse(file, otherwise));
        }
        return last.content();
    }

    private static FileTime timeOf(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            // Reading it fails as well, and says why.
            return FileTime.fromMillis(0);
        }
    }

    private ForeignUnit parse(Path file, Optional<ProgramType> otherwise) {
        byte[] bytes = ProbeFile.bytes(file);
        if (!ProbeFile.isObject(bytes)) {
            throw new UserError(ExitCode.USAGE, file + " is no object file");
        }
        if (ObjectReader.isOurs(bytes)) {
            ProgramUnit unit = ObjectReader.read(bytes);
            return new ForeignUnit(unit, Map.of(), Map.of(), Set.of(), List.of());
        }
        return ForeignObjectReader.read(ProbeFile.nameOf(file), bytes, surroundings(), otherwise);
    }
}
