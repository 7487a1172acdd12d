package io.bpf4j.bench.compare.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The machine that measured, as far as it explains numbers. */
public final class Surroundings {

    private static final Path MITIGATIONS = Path.of("/sys/devices/system/cpu/vulnerabilities");
    private static final Path GOVERNOR = Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

    private Surroundings() {}

    /** Returns what there is to say, by name. */
    public static Map<String, String> read() {
        Map<String, String> found = new LinkedHashMap<>();
        found.put("time", Instant.now().toString());
        found.put("processor", field(Path.of("/proc/cpuinfo"), "model name"));
        found.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        found.put("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        found.put("kernel", text(Path.of("/proc/sys/kernel/osrelease")));
        found.put("clock source",
                text(Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource")));
        found.put("governor", text(GOVERNOR));
        found.put("load (1, 5, 15 minutes)", text(Path.of("/proc/loadavg")));
        found.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        found.put("mitigations", mitigations());
        return found;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String field(Path file, String name) {
        return text(file).lines().filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse("unknown");
    }

    private static String mitigations() {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(MITIGATIONS)) {
            files.sorted().forEach(file -> {
                String state = text(file);
                if (!state.equals("Not affected")) {
                    all.append(all.isEmpty() ? "" : "; ").append(file.getFileName()).append(": ")
                            .append(state);
                }
            });
        } catch (IOException e) {
            return "unknown";
        }
        return all.toString();
    }
}
