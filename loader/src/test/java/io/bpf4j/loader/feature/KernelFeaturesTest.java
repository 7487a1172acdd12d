package io.bpf4j.loader.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.loader.sys.Syscall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFeaturesTest {
    @TempDir
    private Path settings;

    /** A kernel that knows who asks, and refuses every other call with one error. */
    private static Kernel refusing(int user, Errno errno) {
        return (call, a, b, c, d, e, f) -> call == Syscall.GETEUID ? user : -errno.number();
    }

    @Test
    void whatAVersionOfLinuxBroughtIsFoundOnEveryLaterOne() throws Exception {
        var kernel = Privileges.rootKernel();
        int running = version(Files.readString(Path.of("/proc/sys/kernel/osrelease")));
        var features = new KernelFeatures(kernel);
        var missing = new ArrayList<String>();
        for (var feature : Feature.values()) {
            var support = features.support(feature);
            if (version(feature.since()) > running) {
                assertFalse(support.available(), () -> feature + " is from Linux " + feature.since());
            } else if (!support.available() && !builtByChoice(feature)) {
                missing.add(feature + ": " + support.explanation());
            }
        }
        assertEquals("[]", missing.toString());
    }

    /** What a kernel may be built without. */
    private static boolean builtByChoice(Feature feature) {
        return switch (feature) {
            case KPROBES, FENTRY, UPROBES, UPROBE_MULTI, UPROBE_SESSION, TRACEFS, KERNEL_TYPES -> true;
            default -> false;
        };
    }

    private static int version(String release) {
        var numbers = Pattern.compile("^(\\d+)\\.(\\d+)").matcher(release);
        assertTrue(numbers.find(), release);
        return Integer.parseInt(numbers.group(1)) * 1000 + Integer.parseInt(numbers.group(2));
    }

    @Test
    void devicesAndFilesAgreeWithTheAnswers() {
        var features = new KernelFeatures(Privileges.rootKernel());
        assertEquals(Files.exists(Path.of("/sys/bus/event_source/devices/uprobe")),
                features.has(Feature.UPROBES));
        assertEquals(Files.exists(Path.of("/sys/bus/event_source/devices/kprobe")),
                features.has(Feature.KPROBES));
        assertEquals(Files.exists(Probes.KERNEL_TYPES), features.has(Feature.KERNEL_TYPES));
    }

    @Test
    void probingLeavesNothingBehind() throws Exception {
        var kernel = Privileges.rootKernel();
        long before = Privileges.kernelDescriptors();
        var features = new KernelFeatures(kernel);
        for (var feature : Feature.values()) {
            features.support(feature);
        }
        assertEquals(before, Privileges.kernelDescriptors());
    }

    @Test
    void withoutPermissionTheHintSaysWhatIsNeeded() throws Exception {
        Files.writeString(settings.resolve("unprivileged_bpf_disabled"), "2\n");
        var features = new KernelFeatures(refusing(1000, Errno.EPERM), settings);
        var support = features.support(Feature.RING_BUFFER);
        assertEquals(new Support(Support.State.FORBIDDEN,
                "needs root or CAP_BPF + CAP_PERFMON (kernel.unprivileged_bpf_disabled is 2)"), support);
        var failure = assertThrows(UnsupportedFeatureException.class,
                () -> features.require(Feature.RING_BUFFER));
        assertEquals("no ring buffer maps: " + support.explanation(), failure.getMessage());
    }

    @Test
    void rootIsNotToldToBecomeRoot() {
        var support = new KernelFeatures(refusing(0, Errno.EPERM), settings).support(Feature.RING_BUFFER);
        assertEquals(new Support(Support.State.MISSING,
                "refused even to root: no kernel support, lockdown or a sandbox "
                        + "(bpf(MAP_CREATE) failed with EPERM)"),
                support);
    }

    @Test
    void onAnOldKernelTheExplanationNamesTheVersion() {
        var features = new KernelFeatures(refusing(0, Errno.EINVAL), settings);
        assertEquals(
                new Support(Support.State.MISSING,
                        "not in this kernel, comes with Linux 5.8 (bpf(MAP_CREATE) failed with EINVAL)"),
                features.support(Feature.RING_BUFFER));
    }

    @Test
    void aFeatureIsTriedOnce() {
        var calls = new ArrayList<Syscall>();
        Kernel counting = (call, a, b, c, d, e, f) -> {
            calls.add(call);
            return -Errno.EINVAL.number();
        };
        var features = new KernelFeatures(counting, settings);
        assertFalse(features.has(Feature.RING_BUFFER));
        assertFalse(features.has(Feature.RING_BUFFER));
        assertEquals(java.util.List.of(Syscall.GETEUID, Syscall.BPF), calls);
    }

    @Test
    void aFunctionOfTheKernelHasTheIdThatBpftoolShows() throws Exception {
        assumeTrue(Files.isReadable(Probes.KERNEL_TYPES), "kernel has no BTF");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/bpftool")), "bpftool is not installed");
        var process = new ProcessBuilder("/usr/sbin/bpftool", "btf", "dump", "file",
                Probes.KERNEL_TYPES.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var line = process.inputReader().lines().filter(text -> text.contains("] FUNC 'vfs_read' "))
                .findFirst();
        process.destroy();
        int expected = Integer.parseInt(line.orElseThrow().replaceAll("^\\[(\\d+)].*", "$1"));
        assertEquals(expected, Probes.kernelFunction("vfs_read").orElseThrow());
        assertTrue(Probes.kernelFunction("no_such_function_at_all").isEmpty());
    }
}
