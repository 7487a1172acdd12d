package io.bpf4j.loader.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.differential.GeneratedProgram;
import io.bpf4j.vm.differential.ProgramGenerator;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.text.Disassembler;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.verify.HostileMachine;
import io.bpf4j.vm.verify.Mutation;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.Verdict;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierCase;
import io.bpf4j.vm.verify.VerifierInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Programs that nobody wrote: our verifier accepts none that the kernel's rejects, but for its effort, and rejects few
 * that it accepts. {@code -Dagreement.programs=N} compares more; what differs stands in {@code target/agreement}.
 */
class GeneratedAgreementTest {

    private static final int PROGRAMS = Integer.getInteger("agreement.programs",
            Boolean.getBoolean("soak") ? 100_000 : 2000);
    private static final long SEED = Long.getLong("agreement.seed", 1);
    private static final int RUNS = 50;
    private static final double MOST_REJECTED_ALONE = 0.01;
    /** The kernel's limits of effort; what is within ours need not be within its own. */
    private static final Pattern EFFORT = Pattern.compile("too (large|complex)");
    private static final MapSpec MEMORY = new MapSpec("memory", MapKind.ARRAY, IntType.U32,
            new ArrayType(IntType.U8, ProgramGenerator.MEMORY_BYTES), 1, 0,
            new MapRole.Globals(MapRole.Globals.Section.ZERO));

    private Kernel kernel;

    /** A program with what it needs. */
    private record Subject(String name, Program program, List<MapSpec> maps, String license) {}

    /** How many programs got which verdicts, and the differences. */
    private static final class Tally {
        private int bothAccept;
        private int bothReject;
        private int beyondEffort;
        /** The kernel knows nothing of the result of a division; we know its range. */
        private int knownOfDivisions;
        private final List<String> onlyWeAccept = new ArrayList<>();
        private final List<String> onlyTheKernelAccepts = new ArrayList<>();

        private void add(Subject subject, Optional<String> ours, Optional<String> kernels) {
            if (ours.isEmpty() && kernels.isEmpty()) {
                bothAccept++;
            } else if (ours.isPresent() && kernels.isPresent()) {
                bothReject++;
            } else if (EFFORT.matcher(kernels.orElse("")).find()) {
                beyondEffort++;
            } else if (ours.isEmpty() && divides(subject.program())) {
                knownOfDivisions++;
                requireNoTrap(subject);
            } else {
                (ours.isEmpty() ? onlyWeAccept : onlyTheKernelAccepts)
                        .add(subject.name() + "\n    ours:   " + ours.orElse("accepts") + "\n    kernel: "
                                + kernels.orElse("accepts") + "\n" + text(subject.program()));
            }
        }

        private int total() {
            return bothAccept + bothReject + beyondEffort + knownOfDivisions + onlyWeAccept.size()
                    + onlyTheKernelAccepts.size();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT,
                    "%d programs: both accept %d, both reject %d, only we accept %d (%.3f %%), only the kernel"
                            + " accepts %d (%.3f %%), too much effort for the kernel alone %d, accepted for what"
                            + " we alone know of divisions %d",
                    total(), bothAccept, bothReject, onlyWeAccept.size(),
                    100.0 * onlyWeAccept.size() / total(), onlyTheKernelAccepts.size(),
                    100.0 * onlyTheKernelAccepts.size() / total(), beyondEffort, knownOfDivisions);
        }
    }

    private static boolean divides(Program program) {
        return program.instructions().stream().anyMatch(insn -> insn instanceof Insn.Alu alu
                && switch (alu.operation()) {
                    case DIVIDE, SIGNED_DIVIDE, MODULO, SIGNED_MODULO -> true;
                    default -> false;
                });
    }

    private static void requireNoTrap(Subject subject) {
        HostileMachine machine = new HostileMachine(subject.maps(), input(subject), SEED);
        for (int run = 0; run < RUNS; run++) {
            machine.run(subject.program());
        }
    }

    private static VerifierInput input(Subject subject) {
        return VerifierInput.of(subject.program().type(), subject.maps(), subject.license());
    }

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
    }

    @Test
    void soundProgramsAreAcceptedByBoth() throws IOException {
        check("sound", number -> {
            GeneratedProgram generated = ProgramGenerator.generate(SEED << 32 | number);
            return subject("seed " + generated.seed(), generated.instructions());
        });
    }

    @Test
    void spoiltProgramsGetTheKernelsVerdict() throws IOException {
        check("spoilt", number -> {
            GeneratedProgram generated = ProgramGenerator.generate(SEED << 32 | number);
            return subject("seed " + generated.seed(),
                    io.bpf4j.vm.differential.Mutation.of(generated));
        });
    }

    @Test
    void changedCasesGetTheKernelsVerdict() throws IOException {
        List<VerifierCase> cases = VerifierCase.all().stream().filter(one -> one.deviation().isEmpty())
                .toList();
        check("changed", number -> {
            Random random = new Random(SEED << 32 | number);
            VerifierCase one = cases.get(random.nextInt(cases.size()));
            Program changed = new Mutation(random).of(one.program());
            while (!namesMapsOnly(changed)) {
                changed = new Mutation(random).of(one.program());
            }
            return new Subject(one.name() + ", seed " + (SEED << 32 | number), changed, one.maps(),
                    one.license());
        });
    }

    /** What was made the address of a function is linked as one no more, though a reference still names a map there. */
    private static boolean namesMapsOnly(Program program) {
        int slot = 0;
        for (Insn insn : program.instructions()) {
            int at = slot;
            if (insn instanceof LoadImmediate64 load && load.kind() != Immediate64.MAP
                    && load.kind() != Immediate64.MAP_VALUE
                    && program.references().stream().anyMatch(reference -> reference.slot() == at)) {
                return false;
            }
            slot += insn.slots();
        }
        return true;
    }

    private void check(String name, IntFunction<Subject> subjects) throws IOException {
        Tally tally = new Tally();
        for (int number = 0; number < PROGRAMS; number++) {
            Subject subject = subjects.apply(number);
            Verdict verdict = Verifier.verify(subject.program(), input(subject));
            Optional<String> ours = verdict instanceof Rejection rejection
                    ? Optional.of(rejection.toString())
                    : Optional.empty();
            tally.add(subject, ours,
                    KernelVerdict.briefly(kernel, subject.program(), subject.maps(), subject.license()));
        }
        Path report = Path.of("target", "agreement", name + ".txt");
        Files.createDirectories(report.getParent());
        Files.writeString(report, tally + "\n\nonly we accept\n" + String.join("\n", tally.onlyWeAccept)
                + "\n\nonly the kernel accepts\n" + String.join("\n", tally.onlyTheKernelAccepts));
        assertEquals(List.of(), tally.onlyWeAccept, tally::toString);
        assertTrue(tally.onlyTheKernelAccepts.size() <= MOST_REJECTED_ALONE * PROGRAMS, tally::toString);
    }

    /** Programs of the generator take memory in r1 and its size in r2. */
    private static Subject subject(String name, List<Insn> instructions) {
        List<Insn> all = new ArrayList<>();
        all.add(new LoadImmediate64(Register.R1, Immediate64.MAP_VALUE, 0, 0));
        all.add(new Insn.Alu(AluOperation.MOVE, true, Register.R2,
                Operand.immediate(ProgramGenerator.MEMORY_BYTES)));
        all.addAll(instructions);
        return new Subject(name, new Program("generated", ProgramType.RAW_TRACEPOINT, new AttachSpec.Manual(),
                all, List.of(new Reference.ToMapValue(0, MEMORY.name(), 0)), List.of(), List.of()),
                List.of(MEMORY), "GPL");
    }

    private static String text(Program program) {
        StringBuilder text = new StringBuilder();
        int slot = 0;
        for (Insn insn : InsnCodec.decode(InsnCodec.encode(program.instructions()))) {
            text.append("        ").append(slot).append(": ").append(Disassembler.text(insn)).append('\n');
            slot += insn.slots();
        }
        return text.toString();
    }
}
