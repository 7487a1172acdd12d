package io.bpf4j.tools.command;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.isa.IsaVersion;
import io.bpf4j.vm.object.ObjectWriter;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.text.Disassembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bpf4j compile}: checks a probe file and writes an object, or shows a stage of the way there. */
@Command(name = "compile", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Compiles a probe file: checks it, writes an object that libbpf and bpftool load too, or shows"
                + " what a stage made of it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  bpf4j compile opensnoop.probe                    check it, and say nothing if it is right",
            "  bpf4j compile opensnoop.probe -o opensnoop.bpf.o",
            "  bpf4j compile opensnoop.probe --emit asm"})
public final class CompileCommand implements Callable<Integer> {

    /** What to show. */
    enum Stage {
        AST,
        IR,
        ASM,
        ELF;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "FILE", description = "a .probe file")
    private Path file;

    @Option(names = "-o", paramLabel = "OBJECT", description = "write the object file here")
    private Path object;

    @Option(names = "--emit", paramLabel = "STAGE", description = "show a stage: ${COMPLETION-CANDIDATES}")
    private Stage stage;

    @Option(names = "--cpu", paramLabel = "VERSION", defaultValue = "v3",
            description = "instruction set: v3 (Linux 5.1), v4 (Linux 6.6) (default: ${DEFAULT-VALUE})")
    private IsaVersion version = IsaVersion.V3;

    @Option(names = "--no-optimise", description = "leave the code as the language's rules make it")
    private boolean plain;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        try (Machine machine = new Machine(); Output output = common.open()) {
            SourceFile source = ProbeFile.source(file);
            CompileOptions options = machine.compileOptions().withVersion(version).withOptimisation(!plain);
            if (stage == Stage.AST) {
                output.text(ProbeCompiler.printTree(source));
            } else if (stage == Stage.IR) {
                output.text(ProbeCompiler.printCode(source, options));
            } else {
                finish(machine.compile(source, options), output);
            }
        }
        return ExitCode.OK.number();
    }

    private void finish(ProgramUnit unit, Output output) {
        if (stage == Stage.ASM) {
            var disassembler = new Disassembler(Disassembler.Options.FULL);
            for (Program program : unit.programs()) {
                output.text(program.name() + " (" + program.attach().spelling() + "):").line();
                output.text(disassembler.disassemble(program)).line();
            }
        } else if (stage == Stage.ELF) {
            byte[] bytes = ObjectWriter.write(unit);
            output.bytes(bytes, 0, bytes.length);
        }
        if (object != null) {
            try {
                Files.write(object, ObjectWriter.write(unit));
            } catch (IOException e) {
                throw Output.cannotWrite(object.toString(), e);
            }
        }
    }
}
