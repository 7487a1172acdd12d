package io.bpf4j.loader.code;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.Refusal;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PatchRealFilesTest {

    @TempDir
    static Path folder;

    @ParameterizedTest
    @MethodSource("io.bpf4j.loader.code.RealFiles#names")
    void entries(String name) {
        Optional<Path> path = RealFiles.find(name, folder);
        Assumptions.assumeTrue(path.isPresent(), () -> name + " is not installed");
        try (var file = ElfFile.open(path.get())) {
            ModuleText module = RealFiles.text(file);
            long begin = System.nanoTime();
            CodeMap map = CodeMap.of(module);
            long scanned = System.nanoTime();
            var planner = new PatchPlanner(map);
            Map<String, Integer> counts = new TreeMap<>();
            Map<Long, Range> functions = RealFiles.functions(file, module);
            for (Range range : functions.values()) {
                FunctionCode function = FunctionCode.of(module.text(), range);
                PatchPlan plan = planner.entry(function);
                String kind = switch (plan) {
                    case PatchPlan.Jump jump -> "jump";
                    case PatchPlan.ShortJump jump -> "short jump";
                    case PatchPlan.Breakpoint breakpoint -> "breakpoint: " + breakpoint.why().reason();
                    case Refusal refusal -> "refusal: " + refusal.reason();
                };
                if (plan instanceof PatchPlan.Breakpoint b)
                    System.out.println(b.why().text());
                if (plan instanceof Refusal b)
                    System.out.println("REFUSED " + b.text());
                counts.merge(kind, 1, Integer::sum);
            }
            System.out.printf("%s: scan %d ms, plan %d ms, %d gaps, entries %s%n", name,
                    (scanned - begin) / 1000000,
                    (System.nanoTime() - scanned) / 1000000, map.gaps().size(), counts);
            assertTrue(functions.size() > 10);
        }
    }
}
