package io.bpf4j.loader.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.loader.verify.CorpusObjects.Compiled;
import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.foreign.ForeignObjectReader;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.object.foreign.Surroundings;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.verify.KernelTypes;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.Verdict;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Programs as people write them for tracing, compiled by clang in several ways: our verifier and the kernel's must come
 * to the same verdict, but for what {@code disagreements} lists with the reason. Programs whose names start with
 * {@code bad_} have a mistake; the others may lose what they prove in some of clang's ways. Everything is written to
 * {@code target/agreement/corpus.txt}.
 */
class CorpusAgreementTest {

    private static final Path REPORT = Path.of("target", "agreement", "corpus.txt");
    private static final Path TYPES = Path.of("/sys/kernel/btf/vmlinux");
    private static final int FEWEST_PROGRAMS = 150;
    private static final double LEAST_AGREEMENT = 0.98;

    /** What both said of a program; empty reasons mean that it is accepted. */
    private record Verdicts(String name, String variant, Optional<String> ours, long walked,
            KernelVerdict.Answer kernel) {

        boolean agree() {
            return ours.isEmpty() == kernel.accepted();
        }

        boolean mistaken() {
            return name.substring(name.indexOf('/') + 1).startsWith("bad_");
        }

        @Override
        public String toString() {
            return name + " " + variant + ", instructions walked " + walked + " and " + kernel.walked()
                    + "\n    ours:   " + ours.orElse("accepts") + "\n    kernel: " + kernel.text();
        }
    }

    @Test
    @Timeout(600)
    void verdictsAreTheKernels() throws Exception {
        Kernel kernel = Privileges.rootKernel();
        KernelFeatures features = new KernelFeatures(kernel);
        assumeTrue(features.has(Feature.TYPES),
                () -> features.support(Feature.TYPES).explanation());
        Btf types = Btf.parse(Files.readAllBytes(TYPES));
        List<Verdicts> all = new ArrayList<>();
        for (Compiled object : CorpusObjects.all()) {
            all.addAll(verdicts(object, types, kernel, features));
        }
        List<Verdicts> compared = all.stream().filter(one -> one.kernel().hasVerdict()).toList();
        List<Verdicts> differing = compared.stream().filter(one -> !one.agree()).toList();
        Set<String> listed = listed();
        report(all, compared, differing);
        assertEquals(List.of(), differing.stream().filter(one -> !listed.contains(one.name())).toList(),
                "not listed");
        Set<String> stale = new TreeSet<>(listed);
        differing.forEach(one -> stale.remove(one.name()));
        assertEquals(Set.of(), stale, "listed, but the verdicts agree");
        assertEquals(List.of(),
                compared.stream().filter(one -> one.mistaken() && one.kernel().accepted()).toList(),
                "not the mistakes that the author meant");
        long accepted = compared.stream().filter(one -> one.kernel().accepted()).map(Verdicts::name)
                .distinct()
                .count();
        assertTrue(accepted >= FEWEST_PROGRAMS, () -> "only " + accepted + " programs are accepted");
        assertTrue(compared.size() - differing.size() >= LEAST_AGREEMENT * compared.size(),
                () -> differing.size() + " of " + compared.size() + " verdicts differ");
    }

    private static List<Verdicts> verdicts(Compiled object, Btf types, Kernel kernel, KernelFeatures features)
            throws IOException {
        ForeignUnit read;
        try {
            read = ForeignObjectReader.read(object.source(), object.bytes(),
                    Surroundings.of(Optional.of(types), Cpus.possible().length));
        } catch (ObjectException e) {
            throw new AssertionError(object + ": " + e.getMessage(), e);
        }
        List<Verdicts> found = new ArrayList<>();
        try (KernelVerdict.Loader loader = new KernelVerdict.Loader(kernel, features, read)) {
            for (Program program : read.unit().programs()) {
                Verdict verdict = Verifier.verify(program, VerifierInput
                        .of(program, read.unit(), read.traits().get(program.name()))
                        .withTypes(KernelTypes.of(types, program)));
                Optional<String> ours = verdict instanceof Rejection rejection
                        ? Optional.of(rejection.toString())
                        : Optional.empty();
                found.add(new Verdicts(object.source() + "/" + program.name(), object.variant().cpu(), ours,
                        verdict.statistics().instructions(), loader.answer(program)));
            }
        }
        return found;
    }

    /** Names of programs, each followed by the reason. */
    private static Set<String> listed() throws IOException {
        try (InputStream in = CorpusAgreementTest.class.getResourceAsStream("corpus/disagreements")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Set<String> names = new HashSet<>();
            text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
                int end = line.indexOf(": ");
                assertTrue(end > 0, () -> "no reason: " + line);
                names.add(line.substring(0, end));
            });
            return names;
        }
    }

    private static void report(List<Verdicts> all, List<Verdicts> compared, List<Verdicts> differing)
            throws IOException {
        Files.createDirectories(REPORT.getParent());
        StringBuilder text = new StringBuilder();
        text.append(String.format("%d programs, %d with their variants, %d with a verdict of the kernel%n",
                all.stream().map(Verdicts::name).distinct().count(), all.size(), compared.size()));
        text.append(String.format(
                "both accept %d, both reject %d, only the kernel accepts %d, only we accept %d%n",
                count(compared, true, true), count(compared, false, false), count(compared, false, true),
                count(compared, true, false)));
        text.append(String.format("agreement %.2f %%%n%ndisagreements%n",
                100.0 * (compared.size() - differing.size()) / compared.size()));
        differing.forEach(one -> text.append(one).append('\n'));
        text.append("\nno verdict of the kernel\n");
        all.stream().filter(one -> !one.kernel().hasVerdict()).forEach(one -> text.append(one).append('\n'));
        text.append("\nboth reject\n");
        compared.stream().filter(one -> one.agree() && one.ours().isPresent())
                .forEach(one -> text.append(one).append('\n'));
        text.append("\nboth accept\n");
        compared.stream().filter(one -> one.agree() && one.ours().isEmpty())
                .forEach(one -> text.append(one.name()).append(' ').append(one.variant()).append(' ')
                        .append(one.walked()).append(' ').append(one.kernel().walked()).append('\n'));
        Files.writeString(REPORT, text);
    }

    private static long count(List<Verdicts> compared, boolean ours, boolean kernels) {
        return compared.stream()
                .filter(one -> one.ours().isEmpty() == ours && one.kernel().accepted() == kernels).count();
    }
}
