package io.bpf4j.vm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.btf.KernelBtf;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.object.Command;
import io.bpf4j.vm.object.ObjectWriter;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which program types the running kernel gives which helper: it says so before it looks at the arguments. */
class HelperCallersTest {
    /** A matter of the kernel's configuration and of lockdown. */
    private static final Set<Helper> CONFIGURED = EnumSet.of(Helper.PROBE_WRITE_USER, Helper.OVERRIDE_RETURN);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT"})
    void theKernelGivesATracerTheHelpersOfItsTable(ProgramType type) throws IOException {
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        assumeTrue(Files.isReadable(Path.of("/proc/1/environ")), "loading programs needs root");
        StringBuilder script = new StringBuilder("mount -t bpf bpf /sys/fs/bpf\n");
        for (Helper helper : Helper.values()) {
            if (interesting(helper)) {
                Path file = directory.resolve(helper.helperName() + ".o");
                Files.write(file, ObjectWriter.write(calling(helper, type)));
                script.append("echo '=== ").append(helper.name()).append("'; bpftool prog load ").append(file)
                        .append(" /sys/fs/bpf/p 2>&1; rm -f /sys/fs/bpf/p\n");
            }
        }
        Path file = Files.writeString(directory.resolve("script"), script);
        String output = Command.run("unshare", "-m", "sh", file.toString()).output();
        Set<Helper> given = EnumSet.noneOf(Helper.class);
        Set<Helper> expected = EnumSet.noneOf(Helper.class);
        for (String part : output.split("=== ")) {
            if (part.contains("\n")) {
                Helper helper = Helper.valueOf(part.substring(0, part.indexOf('\n')));
                if (!part.contains("cannot use helper") && !part.contains("unknown func")
                        && !part.contains("supported only for")
                        && !part.contains("not supported for program type")) {
                    given.add(helper);
                }
                if (helper.tracingTypes().contains(type)) {
                    expected.add(helper);
                }
            }
        }
        Set<Helper> unexpected = EnumSet.copyOf(given);
        unexpected.removeAll(expected);
        expected.removeAll(given);
        assertEquals(Set.of(), unexpected, "given beyond the table");
        assertEquals(Set.of(), expected, "in the table, not given");
    }

    /** The networking helpers are refused alike; a handful of them stands for all. */
    private static boolean interesting(Helper helper) {
        boolean known = KernelBtf.get() != null && !CONFIGURED.contains(helper);
        return known && (!helper.tracingTypes().isEmpty() || helper.id() % 20 == 0);
    }

    private static ProgramUnit calling(Helper helper, ProgramType type) {
        Program program = new Program("call", type, new AttachSpec.Begin(),
                List.of(new Insn.CallHelper(helper.id()), new Insn.Exit()), List.of(), List.of(), List.of());
        return new ProgramUnit("call", "GPL", List.of(program), List.of(), List.of(), List.of(), List.of(),
                List.of());
    }
}
