package io.bpf4j.tools.command;

import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.Probe;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.text.Disassembler;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bpf4j disasm}: the instructions of a probe, with its source lines. */
@Command(name = "disasm", mixinStandardHelpOptions = true,
        description = "Shows the instructions of a probe file or of an object, with the source lines they come from.",
        footerHeading = "%nExamples:%n",
        footer = {"  bpf4j disasm probe.bpf.o",
            "  bpf4j disasm probe.probe --program SSL_write_entry --plain"})
public final class DisassembleCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE",
            description = "a .probe file, an object of 'bpf4j compile -o', or one that clang made for libbpf")
    private Path file;

    @Option(names = "--program", paramLabel = "NAME", description = "only this program")
    private String only;

    @Option(names = "--plain", description = "as llvm-objdump -d prints it: no lines, no names")
    private boolean plain;

    @Option(names = "--btf", paramLabel = "FILE",
            description = "fit an object of clang's to these types instead of the running kernel's")
    private Path types;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        try (Machine machine = new Machine(); Output output = common.open()) {
            Probe probe = ProbeFile.read(machine, file, Optional.ofNullable(types));
            probe.notes().forEach(note -> System.err.println("note: " + note));
            ProgramUnit unit = probe.unit();
            var disassembler = new Disassembler(
                    plain ? Disassembler.Options.PLAIN : Disassembler.Options.FULL);
            for (Program program : chosen(unit)) {
                output.text(program.name() + " (" + program.attach().spelling() + "):").line();
                output.text(disassembler.disassemble(program)).line();
            }
        }
        return ExitCode.OK.number();
    }

    private List<Program> chosen(ProgramUnit unit) {
        if (only == null) {
            return unit.programs();
        }
        List<Program> found = unit.programs().stream().filter(program -> program.name().equals(only))
                .toList();
        if (found.isEmpty()) {
            throw new UserError(ExitCode.USAGE, "there is no program " + only + " in " + file, "there are "
                    + String.join(", ", unit.programs().stream().map(Program::name).toList()));
        }
        return found;
    }
}
