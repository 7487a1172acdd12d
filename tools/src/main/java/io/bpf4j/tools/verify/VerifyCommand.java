package io.bpf4j.tools.verify;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.kernel.KernelLoader;
import io.bpf4j.tools.common.Batch;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.ExplanationFields;
import io.bpf4j.tools.common.HexBytes;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.Probe;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.Verdict;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bpf4j verify}: whether programs may run inside somebody's process, and if not, why. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = {
            "Proves that the programs of a probe are safe, as the kernel's verifier would, without the kernel.",
            "The exit status is 1 if one is rejected. With -v, all that is known before each instruction."},
        footerHeading = "%nExamples:%n",
        footer = {"  bpf4j verify probe.probe",
            "  bpf4j verify probe.bpf.o --program SSL_write_entry --format json",
            "  bpf4j verify --batch < programs.jsonl"})
public final class VerifyCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE",
            description = "a .probe file, an object of 'bpf4j compile -o', or one that clang made for libbpf")
    private Path file;

    @Option(names = "--program", paramLabel = "NAME", description = "only this program")
    private String only;

    @Option(names = "--batch", description = {"many programs, a JSON object on each line:",
        "{\"id\":3,\"prog\":\"hex\",\"type\":\"kprobe\",\"license\":\"GPL\","
                + "\"maps\":[{\"name\":\"h\",\"type\":1,\"key\":4,"
                + "\"value\":8,\"max\":16}]}; a 64-bit immediate of a map has its index among them;",
        "or {\"id\":3,\"object\":\"path.o\",\"section\":\"...\",\"func\":\"...\",\"type\":\"kprobe\"}"})
    private boolean batch;

    @Option(names = "--btf", paramLabel = "FILE",
            description = "fit an object of clang's to these types instead of the running kernel's")
    private Path types;

    @Option(names = "--kernel", description = "let this kernel's verifier decide; nothing is attached")
    private boolean kernel;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        if (batch == (file != null)) {
            throw new UserError(ExitCode.USAGE,
                    batch ? "--batch reads standard input, not a file" : "a FILE is missing",
                    "bpf4j verify FILE, or bpf4j verify --batch");
        }
        try (Output output = common.open()) {
            if (batch) {
                JsonLines answers = new JsonLines(output);
                ObjectPrograms objects = new ObjectPrograms(Optional.ofNullable(types));
                Batch.run(output, line -> answer(answers, objects, line));
                return ExitCode.OK.number();
            }
            return verifyFile(output) ? ExitCode.OK.number() : ExitCode.FAILED.number();
        }
    }

    private boolean verifyFile(Output output) {
        boolean safe = true;
        try (Machine machine = new Machine()) {
            Probe probe = ProbeFile.read(machine, file, Optional.ofNullable(types));
            ObjectPrograms objects = new ObjectPrograms(Optional.ofNullable(types));
            ProgramUnit unit = probe.unit();
            List<Program> programs = unit.programs().stream()
                    .filter(program -> only == null || program.name().equals(only)).toList();
            if (programs.isEmpty()) {
                throw new UserError(ExitCode.USAGE, "there is no program " + only + " in " + file,
                        "there are "
                                + String.join(", ", unit.programs().stream().map(Program::name).toList()));
            }
            if (kernel) {
                return askKernel(output, machine, probe.traits(), unit.withPrograms(programs));
            }
            for (Program program : programs) {
                Verdict verdict = verify(output, program,
                        VerifierInput
                                .of(program, unit,
                                        probe.traits().getOrDefault(program.name(), LoadTraits.NONE))
                                .withTypes(objects.typesOf(program)));
                safe &= verdict instanceof VerifiedProgram;
                if (common.json()) {
                    new JsonLines(output).line(json -> {
                        json.writeStringField("program", program.name());
                        write(json, verdict);
                        explain(json, verdict);
                        writeStatistics(json, verdict.statistics());
                    });
                } else {
                    print(output, program, verdict);
                }
            }
        }
        return safe;
    }

    private Verdict verify(Output output, Program program, VerifierInput input) {
        if (!common.verbose() || common.json()) {
            return Verifier.verify(program, input);
        }
        StateTrace trace = new StateTrace(output, program);
        Verdict verdict = Verifier.verify(program, input, trace);
        trace.end();
        return verdict;
    }

    /** Lets the kernel's verifier decide; what it says has the same form. */
    private boolean askKernel(Output output, Machine machine, Map<String, LoadTraits> traits,
            ProgramUnit unit) {
        machine.requirePermission();
        Map<String, Optional<LoadException>> answers = new KernelLoader(machine.kernel(), machine.features())
                .verify(unit, SessionOptions.EVERYTHING.withTraits(traits));
        answers.forEach((program, refusal) -> {
            if (common.json()) {
                new JsonLines(output).line(json -> {
                    json.writeStringField("program", program);
                    json.writeStringField("verdict", refusal.isEmpty() ? "accept" : "reject");
                    if (refusal.isPresent()) {
                        json.writeStringField("message", refusal.get().getMessage());
                        if (refusal.get().explanation().isPresent()) {
                            ExplanationFields.write(json, refusal.get().explanation().get());
                        }
                    }
                });
            } else {
                output.text(
                        program + (refusal.isEmpty() ? ": the kernel accepts it" : ": the kernel rejects it"))
                        .line();
                refusal.ifPresent(e -> {
                    e.explanation().map(Explanation::text).orElseGet(e::getMessage).lines()
                            .forEach(line -> output.text("  " + line).line());
                    if (common.verbose()) {
                        e.log().lines().forEach(line -> output.text(line).line());
                    }
                });
            }
        });
        return answers.values().stream().allMatch(Optional::isEmpty);
    }

    private static void explain(JsonGenerator json, Verdict verdict) throws IOException {
        if (verdict instanceof Rejection rejection) {
            ExplanationFields.write(json, rejection.explanation());
        }
    }

    private static void print(Output output, Program program, Verdict verdict) {
        Verdict.Statistics statistics = verdict.statistics();
        String effort = statistics.instructions() + " instructions walked, " + statistics.peakStates()
                + " states at most, " + statistics.nanoseconds() / 1000 + " us";
        switch (verdict) {
            case VerifiedProgram verified -> output.text(program.name() + ": safe (" + effort + ", "
                    + verified.stackBytes() + " bytes of stack)").line();
            case Rejection rejection -> {
                output.text(program.name() + ": rejected (" + effort + ")").line();
                rejection.explanation().text().lines().forEach(line -> output.text("  " + line).line());
            }
        }
    }

    private static void write(JsonGenerator json, Verdict verdict) throws IOException {
        switch (verdict) {
            case VerifiedProgram verified -> json.writeStringField("verdict", "accept");
            case Rejection rejection -> {
                json.writeStringField("verdict", "reject");
                json.writeStringField("message", rejection.toString());
            }
        }
    }

    private static void writeStatistics(JsonGenerator json, Verdict.Statistics statistics)
            throws IOException {
        json.writeNumberField("instructions", statistics.instructions());
        json.writeNumberField("states", statistics.peakStates());
        json.writeNumberField("nanoseconds", statistics.nanoseconds());
    }

    private static void answer(JsonLines answers, ObjectPrograms objects, String line) {
        VerifyRequest request = new VerifyRequest();
        try {
            request.read(line);
            Verdict verdict = request.object() == null
                    ? verify(request)
                    : objects.verify(request.object(), request.section(), request.function(), request.type());
            answers.line(json -> {
                request.writeId(json);
                write(json, verdict);
            });
        } catch (MalformedProgramException | ObjectException e) {
            answers.line(json -> {
                request.writeId(json);
                json.writeStringField("verdict", "reject");
                json.writeStringField("message", e.getMessage());
            });
        } catch (UserError e) {
            answers.line(json -> {
                request.writeId(json);
                json.writeStringField("error", e.getMessage());
            });
        }
    }

    private static Verdict verify(VerifyRequest request) {
        Instructions instructions = Instructions
                .of(InsnCodec.decode(HexBytes.parse("prog", request.program())));
        List<Insn> linked = new ArrayList<>(instructions);
        List<Reference> references = new ArrayList<>();
        for (int index = 0; index < instructions.size(); index++) {
            if (instructions.get(index) instanceof LoadImmediate64 load
                    && (load.kind() == Immediate64.MAP || load.kind() == Immediate64.MAP_VALUE)) {
                references.add(reference(request, instructions.slotOf(index), load));
                linked.set(index, new LoadImmediate64(load.dst(), load.kind(), 0, load.high()));
            }
        }
        ProgramType type = request.type().orElse(ProgramType.KPROBE);
        Program program = new Program("batch", type, new AttachSpec.Manual(), linked, references,
                List.of(),
                List.of());
        return Verifier.verify(program, VerifierInput.of(type, request.maps(), request.license()));
    }

    private static Reference reference(VerifyRequest request, int slot, LoadImmediate64 load) {
        if (load.low() < 0 || load.low() >= request.maps().size()) {
            throw new MalformedProgramException(slot,
                    "names map " + load.low() + ", there are " + request.maps().size());
        }
        String map = request.maps().get(load.low()).name();
        return load.kind() == Immediate64.MAP
                ? new Reference.ToMap(slot, map)
                : new Reference.ToMapValue(slot, map, load.high());
    }
}
