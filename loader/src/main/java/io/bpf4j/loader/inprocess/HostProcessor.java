package io.bpf4j.loader.inprocess;

import io.bpf4j.vm.jit.x64.CpuFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What the processor of this machine can do, as {@code /proc/cpuinfo} says. */
public final class HostProcessor {
    private HostProcessor() {}

    /** Returns the features that the code generator can make use of. */
    public static Set<CpuFeature> features() {
        List<String> flags;
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            flags = lines.filter(line -> line.startsWith("flags")).findFirst()
                    .map(line -> Arrays.asList(line.split("\\s+"))).orElse(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<CpuFeature> found = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature feature : CpuFeature.values()) {
            if (flags.contains(feature.name().toLowerCase(Locale.ROOT))) {
                found.add(feature);
            }
        }
        return found;
    }
}
