package io.bpf4j.vm.differential;

import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Disassembler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes a program in which engines differ as a case of the conformance corpus: what the definition makes of it is what
 * must come of it, unless that is what is wrong.
 */
public final class CaseFile {

    /** Where cases are saved, in a module's folder. */
    public static final Path FOLDER = Path.of("target", "differences");

    private CaseFile() {}

    /**
     * Saves a case.
     *
     * @param name of the file, which says the seed and who differs
     * @param expected what the interpreter makes of it
     * @return the file, for the message of whoever found it
     */
    public static Path save(String name, List<Insn> instructions, byte[] memory, RunResult expected) {
        try {
            Files.createDirectories(FOLDER);
            return Files.writeString(FOLDER.resolve(name.replaceAll("[^\\w-]+", "-") + ".case"),
                    of(name, instructions, memory, expected)).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String of(String name, List<Insn> instructions, byte[] memory, RunResult expected) {
        Program program = SampleMachine.program(instructions, SampleMaps.references(instructions));
        boolean maps = !program.references().isEmpty();
        String text = new Disassembler(Disassembler.Options.PLAIN).disassemble(program).lines()
                .map(line -> "    " + line.strip()).collect(Collectors.joining("\n"));
        return "# A difference: " + name + ".\n"
                + (maps
                        ? "# Its maps are those of SampleMaps; they must hold " + expected.maps() + ".\n"
                        : "")
                + "program:\n" + text + "\nmemory: " + HexFormat.of().formatHex(memory) + "\n"
                + switch (expected) {
                    case RunResult.Returned returned -> "r0: 0x" + Long.toHexString(returned.r0())
                            + "\nmemory afterwards: " + returned.memory() + "\n";
                    case RunResult.Trapped trapped -> "error: " + spelling(trapped) + "\n";
                };
    }

    private static String spelling(RunResult.Trapped trapped) {
        return switch (trapped.kind()) {
            case BUDGET -> "endless";
            case CALL_DEPTH -> "call depth";
            case UNKNOWN_FUNCTION -> "unknown helper";
            default -> "out of bounds";
        };
    }
}
