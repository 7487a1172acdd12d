package io.bpf4j.loader.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Static probes, against {@code readelf -n}, {@code objcopy} and {@code nm}. */
class UsdtProbeTest {

    private static final String SOURCE = """
            #define _SDT_HAS_SEMAPHORES 1
            #include <sys/sdt.h>
            unsigned short shop_sale_semaphore __attribute__((section(".probes")));
            int main(int count, char **names) {
                STAP_PROBE2(shop, sale, count, names);
                return 0;
            }
            """;
    private static final byte NOP = (byte) 0x90;

    @TempDir
    Path folder;

    @Test
    void probesOfTheCppLibraryAreThoseOfReadelf() {
        Path library = Path.of("/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
        assumeTrue(Files.exists(library), "libstdc++ is not installed");
        assertSameAsReadelf(library);
    }

    @Test
    void probeWithSemaphoreHasFileOffsetsOfBoth() {
        assumeTrue(Files.exists(Path.of("/usr/include/x86_64-linux-gnu/sys/sdt.h")),
                "sys/sdt.h is not installed");
        Path program = BinarySamples.compile(folder, SOURCE, "shop", "-O2");
        assertSameAsReadelf(program);
        String semaphore = BinarySamples.output("nm", program.toString()).stream()
                .filter(line -> line.endsWith("shop_sale_semaphore")).findFirst().orElseThrow().split(" ")[0];
        try (var file = ElfFile.open(program)) {
            UsdtProbe probe = file.usdtProbes().get(0);
            assertTrue(probe.hasSemaphore());
            assertEquals(Long.parseLong(semaphore, 16), probe.semaphore());
            assertEquals(file.section(".probes").orElseThrow().offset(), probe.semaphoreFileOffset());
            assertEquals(NOP, file.read(probe.fileOffset(), 1)[0]);
        }
    }

    /** As prelink does it: the sections move, the notes keep the old addresses. */
    @Test
    void probesFollowTheirBaseSection() {
        assumeTrue(Files.exists(Path.of("/usr/include/x86_64-linux-gnu/sys/sdt.h")),
                "sys/sdt.h is not installed");
        BinarySamples.compile(folder, SOURCE, "fixed", "-O2", "-no-pie");
        BinarySamples.output(folder, "objcopy", "--change-section-address", ".stapsdt.base+0x1000", "fixed",
                "moved");
        try (var fixed = ElfFile.open(folder.resolve("fixed"));
                var moved = ElfFile.open(folder.resolve("moved"))) {
            UsdtProbe before = fixed.usdtProbes().get(0);
            UsdtProbe after = moved.usdtProbes().get(0);
            assertEquals(fixed.section(".stapsdt.base").orElseThrow().address() + 0x1000,
                    moved.section(".stapsdt.base").orElseThrow().address());
            assertEquals(before.address() + 0x1000, after.address());
            assertEquals(before.semaphore() + 0x1000, after.semaphore());
            assertEquals(before.base(), after.base());
        }
    }

    private static void assertSameAsReadelf(Path path) {
        var expected = new ArrayList<List<String>>();
        for (String line : BinarySamples.output("readelf", "-nW", path.toString())) {
            String text = line.strip();
            if (text.contains("Provider: ")) {
                expected.add(new ArrayList<>(List.of(text.replaceAll(".*Provider: ", ""))));
            } else if (text.startsWith("Name: ") && !expected.isEmpty()) {
                expected.get(expected.size() - 1).add(text.substring(6));
            } else if (text.startsWith("Location: ")) {
                expected.get(expected.size() - 1)
                        .addAll(List.of(text.replaceAll(",? ?[A-Z][a-z]+: ", " ").strip()
                                .split(" ")));
            } else if (text.startsWith("Arguments: ") || text.equals("Arguments:")) {
                expected.get(expected.size() - 1).add(text.substring(10).strip());
            }
        }
        assertFalse(expected.isEmpty());
        try (var file = ElfFile.open(path)) {
            assertEquals(expected, file.usdtProbes().stream()
                    .map(probe -> List.of(probe.provider(), probe.name(),
                            "0x%016x".formatted(probe.address()),
                            "0x%016x".formatted(probe.base()), "0x%016x".formatted(probe.semaphore()),
                            probe.arguments()))
                    .toList());
        }
    }
}
