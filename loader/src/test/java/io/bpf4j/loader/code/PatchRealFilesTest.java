package io.bpf4j.loader.code;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.Displaced;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every function of large programs: its entry and all its returns, against what objdump says about the whole file. */
class PatchRealFilesTest {

    @TempDir
    static Path folder;

    private static final class Tally {
        final Map<String, Integer> counts = new TreeMap<>();
        final List<PatchPlan.Patch> patches = new ArrayList<>();
        int jumps;
        int all;

        void add(PatchPlan plan) {
            all++;
            jumps += plan instanceof PatchPlan.Jump || plan instanceof PatchPlan.ShortJump ? 1 : 0;
            counts.merge(kind(plan), 1, Integer::sum);
            if (plan instanceof PatchPlan.Patch patch) {
                patches.add(patch);
            }
        }

        private static String kind(PatchPlan plan) {
            return switch (plan) {
                case PatchPlan.Jump jump -> "jump";
                case PatchPlan.ShortJump jump -> "short jump";
                case PatchPlan.Breakpoint breakpoint -> "breakpoint (" + breakpoint.why().reason() + ")";
                case Refusal refusal -> "refusal (" + refusal.reason() + ")";
            };
        }
    }

    @ParameterizedTest
    @MethodSource("io.bpf4j.loader.code.RealFiles#names")
    void noPatchStandsWhereAnythingElseMayBeEntered(String name) throws IOException {
        Optional<Path> path = RealFiles.find(name, folder);
        Assumptions.assumeTrue(path.isPresent(), () -> name + " is not installed");
        Disassembly disassembly = Disassembly.of(path.get());
        try (var file = ElfFile.open(path.get())) {
            ModuleText module = RealFiles.text(file);
            var planner = new PatchPlanner(CodeMap.of(module));
            var entries = new Tally();
            var returns = new Tally();
            BitSet missed = (BitSet) disassembly.returns.clone();
            for (Range range : RealFiles.functions(file, module).values()) {
                FunctionCode function = FunctionCode.of(module.text(), range);
                entries.add(planner.entry(function));
                for (int at = disassembly.returns.nextSetBit((int) range.start()); at >= 0 && at < range.end()
                        && at < function.decodedEnd(); at = disassembly.returns.nextSetBit(at + 1)) {
                    returns.add(planner.at(function, at));
                    missed.clear(at);
                }
            }
            System.out.printf("%s: entries %s%n%s: returns %s%n", name, entries.counts, name, returns.counts);
            List<PatchPlan.Patch> patches = new ArrayList<>(entries.patches);
            patches.addAll(returns.patches);
            patches.forEach(patch -> checkWindow(patch, disassembly, module));
            checkMovedCode(patches);
            assertTrue(entries.jumps * 100L > 98L * entries.all, () -> entries.counts.toString());
            assertTrue(returns.jumps * 100L > 70L * returns.all, () -> returns.counts.toString());
        }
    }

    private static void checkWindow(PatchPlan.Patch patch, Disassembly disassembly, ModuleText module) {
        Range window = patch.detour().window();
        assertTrue(disassembly.instructions.get((int) window.start()), window::toString);
        assertTrue(disassembly.instructions.get((int) patch.site()), window::toString);
        for (Edit edit : patch.edits(window.start() + 0x100000)) {
            assertArrayEquals(Arrays.copyOfRange(module.text().bytes(),
                    (int) (edit.address() - module.text().address()),
                    (int) (edit.address() - module.text().address()) + edit.original().length),
                    edit.original());
            int target = disassembly.targets.nextSetBit((int) edit.address() + 1);
            assertTrue(target < 0 || target >= edit.range().end(),
                    () -> "%s: branch to %x in %s".formatted(patch, target, edit.range()));
            if (edit.address() != window.start()) {
                assertTrue(!disassembly.targets.get((int) edit.address()),
                        () -> "branch to padding " + patch);
            }
            assertEquals(edit.original().length, edit.replacement().length);
        }
        for (int at = (int) window.start() + 1; at < window.end(); at++) {
            int offset = at;
            assertTrue(Arrays.binarySearch(module.starts(), at) < 0,
                    () -> "function at %x in %s".formatted(offset, window));
        }
    }

    /** All moved code in one file: objdump has to see an instruction begin exactly where we say that one does. */
    private static void checkMovedCode(List<PatchPlan.Patch> patches) throws IOException {
        var code = new ByteArrayOutputStream();
        var expected = new BitSet();
        var checked = new BitSet();
        for (PatchPlan.Patch patch : patches) {
            for (Displaced part : List.of(patch.detour().before(), patch.detour().after())) {
                // Calls end with an address, at which objdump would go astray: aligned anew by nops.
                long home = patch.site() + 0x1000_0000L;
                byte[] bytes = part.at(home);
                for (int offset : part.offsets()) {
                    expected.set(code.size() + offset);
                }
                checked.set(code.size(), code.size() + bytes.length);
                code.write(bytes);
                for (int i = 0; i < 16; i++) {
                    code.write(0x90);
                }
            }
        }
        BitSet seen = Disassembly.boundaries(folder.resolve("moved.bin"), code.toByteArray());
        expected.andNot(seen);
        assertTrue(expected.isEmpty(), () -> expected.cardinality() + " of " + checked.cardinality()
                + " moved bytes, the first at " + expected.nextSetBit(0));
    }
}
