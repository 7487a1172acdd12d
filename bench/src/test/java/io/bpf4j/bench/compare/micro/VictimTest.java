package io.bpf4j.bench.compare.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.session.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VictimTest {

    private static final int THREADS = 4;
    private static final int BATCHES = 5;
    private static final int CALLS = 100;

    private static VictimCode.Program program(Variant... variants) {
        Map<String, Start> functions = new LinkedHashMap<>();
        for (Variant variant : variants) {
            functions.put(variant.function(), variant.start());
        }
        return VictimCode.assemble(functions, Variant.DETOUR.function());
    }

    @Test
    void otherToolsReadTheExecutable(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(ExecutableFinder.ofEnvironment().find("readelf").isPresent(), "readelf is not installed");
        Path file = Files.write(folder.resolve("victim"), program(Variant.BARE).file());
        Process readelf = new ProcessBuilder("readelf", "-W", "-h", "-l", "-S", "-s", file.toString())
                .redirectErrorStream(true).start();
        String text = new String(readelf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, readelf.waitFor(), text);
        assertTrue(text.contains("EXEC (Executable file)"), text);
        assertTrue(text.contains(" bare"), text);
        assertTrue(text.lines().noneMatch(line -> line.contains("Warning") || line.contains("Error")), text);
    }

    @Test
    void everyFunctionReturnsToItsThread() throws IOException {
        Variant[] variants = {Variant.BARE, Variant.STAMP, new Variant("lea", Start.LEA, Optional.empty()),
            new Variant("nop", Start.NOP, Optional.empty())};
        try (Victim victim = new Victim(program(variants))) {
            for (String function : List.of("bare", "rdtsc", "lea", "nop", "detour")) {
                List<double[]> times = victim.measure(function, THREADS, BATCHES, CALLS);
                assertEquals(THREADS, times.size());
                times.forEach(one -> assertTrue(Arrays.stream(one).allMatch(time -> time > 0), function));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KERNEL", "USER"})
    void everyCallOfEveryThreadIsSeen(ExecutionMode mode) throws IOException {
        Support support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support::explanation);
        Variant count = new Variant("counted", Start.PUSH, Optional.of(new Variant.Probed(mode, Work.HASH)));
        Variant event = new Variant("told", Start.PUSH,
                Optional.of(new Variant.Probed(mode, Work.EVENT_256)));
        try (Machine machine = new Machine();
                Victim victim = new Victim(program(count, event));
                Probes probes = new Probes(machine, victim, mode, List.of(count, event))) {
            victim.measure("counted", THREADS, BATCHES, CALLS);
            assertEquals(THREADS * BATCHES * CALLS, probes.counted("counted"));
            Probes.Collected collected = probes
                    .collect(() -> victim.measure("told", THREADS, BATCHES, CALLS));
            assertEquals(THREADS * BATCHES * CALLS, collected.events());
            assertEquals(0, collected.lost());
        }
    }
}
