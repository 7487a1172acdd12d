package io.bpf4j.loader.feature;

import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.RejectedException;
import io.bpf4j.loader.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the running kernel can do for this user: each feature is tried when it is first asked for, and the answer is
 * kept. Safe for several threads.
 */
public final class KernelFeatures {
    private final Probes probes;
    private final Path settings;
    private final boolean root;
    private final Map<Feature, Support> known = new EnumMap<>(Feature.class);

    /** Asks {@code kernel}. */
    public KernelFeatures(Kernel kernel) {
        this(kernel, Path.of("/proc/sys/kernel"));
    }

    KernelFeatures(Kernel kernel, Path settings) {
        this.probes = new Probes(kernel);
        this.settings = settings;
        this.root = kernel.effectiveUser() == 0;
    }

    /** Whether a feature works, and why not. */
    public synchronized Support support(Feature feature) {
        return known.computeIfAbsent(feature, this::probe);
    }

    /** Whether a feature works. */
    public boolean has(Feature feature) {
        return support(feature).available();
    }

    /**
     * Insists on a feature.
     *
     * @throws UnsupportedFeatureException
     *             if it does not work
     */
    public void require(Feature feature) {
        var support = support(feature);
        if (!support.available()) {
            throw new UnsupportedFeatureException(feature, support);
        }
    }

    /** The BTF id of a function of the running kernel; empty if it is not there, or the kernel shows no types. */
    public OptionalInt kernelFunction(String name) {
        return Probes.kernelFunction(name);
    }

    /**
     * The BTF id of what a typed program is for: a function of the running kernel, or a tracepoint by the name of its
     * type, {@code btf_trace_NAME}; empty if it is not there, or the kernel shows no types.
     */
    public OptionalInt kernelTarget(String name) {
        return Probes.kernelTarget(name);
    }

    private Support probe(Feature feature) {
        try {
            feature.probe().run(probes);
            return Support.AVAILABLE;
        } catch (MissingException e) {
            return new Support(Support.State.MISSING, e.getMessage());
        } catch (SystemCallException e) {
            return explain(feature, e);
        }
    }

    private Support explain(Feature feature, SystemCallException failure) {
        boolean perf = failure.call().equals("perf_event_open");
        boolean refused = failure.errno() == Errno.EPERM || perf && failure.errno() == Errno.EACCES;
        if (refused && !root) {
            return new Support(Support.State.FORBIDDEN, "needs root or CAP_BPF + CAP_PERFMON ("
                    + (perf ? setting("perf_event_paranoid") : setting("unprivileged_bpf_disabled")) + ")");
        }
        // To root, the kernel answers EPERM for what it was built without or what lockdown forbids.
        var why = refused
                ? "refused even to root: no kernel support, lockdown or a sandbox"
                : "not in this kernel, comes with Linux " + feature.since();
        return new Support(Support.State.MISSING, why + " (" + failure.call() + " failed with "
                + failure.errno().name() + reason(failure) + ")");
    }

    /** What the verifier complained of: its last line but for the statistics. */
    private static String reason(SystemCallException failure) {
        if (!(failure instanceof RejectedException rejection)) {
            return "";
        }
        return rejection.log().lines().filter(line -> !line.startsWith("processed "))
                .reduce((first, last) -> last)
                .map(line -> ": " + line).orElse("");
    }

    private String setting(String name) {
        try {
            return "kernel." + name + " is " + Files.readString(settings.resolve(name)).trim();
        } catch (IOException e) {
            return "kernel." + name + " cannot be read";
        }
    }
}
