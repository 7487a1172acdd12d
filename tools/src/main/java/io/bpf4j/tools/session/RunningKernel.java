package io.bpf4j.tools.session;

import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.object.foreign.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** What other people's objects ask about the kernel that runs here: types, version, settings, addresses. */
final class RunningKernel {
    private static final Path TYPES = Path.of("/sys/kernel/btf/vmlinux");
    private static final Path SYMBOLS = Path.of("/proc/kallsyms");
    private static final Path PACKED_SETTINGS = Path.of("/proc/config.gz");
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");
    private static final int MAX_PATCH = 255;

    private Map<String, String> settings;

    /**
     * Describes this kernel.
     *
     * @param types a file of BTF instead of the kernel's own types
     */
    Surroundings surroundings(Optional<Path> types) {
        return new Surroundings(types.map(RunningKernel::given).or(RunningKernel::own),
                Cpus.possible().length,
                version(System.getProperty("os.version")), this::setting, RunningKernel::symbol);
    }

    private static Btf given(Path file) {
        try {
            return Btf.parse(ProbeFile.bytes(file));
        } catch (BtfException e) {
            throw new UserError(ExitCode.USAGE, file + ": " + e.getMessage(),
                    "such a file is made by: cp /sys/kernel/btf/vmlinux " + file.getFileName());
        }
    }

    private static Optional<Btf> own() {
        try {
            return Optional.of(Btf.parse(Files.readAllBytes(TYPES)));
        } catch (IOException | BtfException e) {
            return Optional.empty();
        }
    }

    /** As LINUX_VERSION_CODE (include/uapi/linux/version.h); 0 if the text is no version. */
    static int version(String text) {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            return 0;
        }
        int patch = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        return Integer.parseInt(matcher.group(1)) << 16 | Integer.parseInt(matcher.group(2)) << 8
                | Math.min(patch, MAX_PATCH);
    }

    private Optional<String> setting(String name) {
        if (settings == null) {
            settings = new HashMap<>();
            lines().forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0 && line.charAt(0) != '#') {
                    settings.put(line.substring(0, equals), line.substring(equals + 1));
                }
            });
            if (!settings.isEmpty()) {
                // What libbpf adds to the settings (tools/lib/bpf/libbpf.c, bpf_object__resolve_externs).
                settings.put("LINUX_HAS_SYSCALL_WRAPPER", "y");
            }
        }
        return Optional.ofNullable(settings.get(name));
    }

    private static List<String> lines() {
        Path plain = Path.of("/boot/config-" + System.getProperty("os.version"));
        try (InputStream in = Files.isReadable(plain)
                ? Files.newInputStream(plain)
                : new GZIPInputStream(Files.newInputStream(PACKED_SETTINGS))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static OptionalLong symbol(String name) {
        try (Stream<String> lines = Files.lines(SYMBOLS)) {
            return lines.map(line -> line.split("[ \t]"))
                    .filter(parts -> parts.length == 3 && parts[2].equals(name))
                    .mapToLong(parts -> Long.parseUnsignedLong(parts[0], 16)).filter(address -> address != 0)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
