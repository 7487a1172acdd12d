package io.bpf4j.loader.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.SystemCallScan;
import io.bpf4j.vm.patch.SystemCallSite;
import io.bpf4j.vm.patch.SystemCallSite.Kind;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every system call of real files, against objdump. */
class SystemCallScanTest {

    @TempDir
    static Path folder;

    private static List<SystemCallSite> sites(Path path) {
        try (var file = ElfFile.open(path)) {
            return SystemCallScan.of(CodeMap.of(RealFiles.text(file)));
        }
    }

    private static Path installed(String name) {
        Optional<Path> path = RealFiles.find(name, folder);
        Assumptions.assumeTrue(path.isPresent(), () -> name + " is not installed");
        return path.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc.so.6", "ld-linux-x86-64.so.2", "libcrypto.so.3", "go"})
    void everySystemCallThatObjdumpSeesIsFound(String name) {
        Path path = installed(name);
        Disassembly disassembly = Disassembly.of(path);
        List<SystemCallSite> sites = sites(path);
        BitSet found = new BitSet();
        Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
        int numbers = 0;
        for (SystemCallSite site : sites) {
            found.set((int) site.address());
            kinds.merge(site.kind(), 1, Integer::sum);
            numbers += site.number().isPresent() ? 1 : 0;
            if (site.plan() instanceof PatchPlan.Patch patch) {
                checkWindow(patch, disassembly);
            }
        }
        System.out.println(
                name + ": " + sites.size() + " sites, " + numbers + " with a constant number, " + kinds);
        assertEquals(disassembly.systemCalls, found);
    }

    private static void checkWindow(PatchPlan.Patch patch, Disassembly disassembly) {
        Range window = patch.detour().window();
        assertEquals(patch.site(), window.end());
        assertTrue(window.size() >= PatchPlan.Jump.SIZE);
        assertTrue(disassembly.instructions.get((int) window.start()));
        int target = disassembly.targets.nextSetBit((int) window.start() + 1);
        assertTrue(target < 0 || target > window.end(), () -> "branch to %x in %s".formatted(target, window));
    }

    @Test
    void nearlyAllOfTheCLibrarysSystemCallsHaveRoomBeforeThem() {
        List<SystemCallSite> sites = sites(installed("libc.so.6"));
        long planned = sites.stream().filter(site -> site.plan() instanceof PatchPlan.Jump).count();
        assertTrue(planned * 100 > 95 * sites.size(), () -> planned + " of " + sites.size());
        assertEquals(1, sites.stream().filter(site -> site.kind() == Kind.SIGNAL_RETURN).count());
    }

    @Test
    void aSystemCallsNumberIsThatOfItsWrapper() {
        Path path = installed("libc.so.6");
        try (var file = ElfFile.open(path)) {
            long getppid = file.dynamicSymbols().orElseThrow().find("getppid").get(0).address();
            SystemCallSite first = SystemCallScan.of(CodeMap.of(RealFiles.text(file))).stream()
                    .filter(site -> site.address() >= getppid).findFirst().orElseThrow();
            assertEquals(Kind.NUMBER_BEFORE, first.kind());
            assertEquals(110, first.number().orElseThrow());
        }
    }
}
