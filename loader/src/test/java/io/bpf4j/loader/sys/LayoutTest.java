package io.bpf4j.loader.sys;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.program.MapKind;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our numbers and offsets against those of the running kernel's own type information, and of the C library's headers.
 */
class LayoutTest {
    private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");
    private static final Pattern TYPE = Pattern.compile("^\\[(\\d+)] (STRUCT|UNION|ENUM) '([^']*)' .*");
    private static final Pattern MEMBER = Pattern
            .compile("^\\t'([^']*)' type_id=(\\d+) bits_offset=(\\d+).*");
    private static final Pattern VALUE = Pattern.compile("^\\t'([^']*)' val=(-?\\d+)$");

    private static final Map<Integer, Map<String, Member>> STRUCTS = new HashMap<>();
    private static final Map<String, Integer> IDS = new HashMap<>();
    private static final Map<String, Integer> CONSTANTS = new HashMap<>();

    private record Member(int type, int offset) {}

    @BeforeAll
    static void readTheKernelsTypes() throws Exception {
        assumeTrue(Files.isReadable(BTF), "kernel has no BTF");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/bpftool")), "bpftool is not installed");
        var process = new ProcessBuilder("/usr/sbin/bpftool", "btf", "dump", "file", BTF.toString(), "format",
                "raw")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Map<String, Member> current = new LinkedHashMap<>();
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var type = TYPE.matcher(line);
                var member = MEMBER.matcher(line);
                var value = VALUE.matcher(line);
                if (type.matches()) {
                    current = new LinkedHashMap<>();
                    int id = Integer.parseInt(type.group(1));
                    STRUCTS.put(id, current);
                    IDS.putIfAbsent(type.group(2) + " " + type.group(3), id);
                } else if (member.matches()) {
                    current.put(
                            member.group(1).equals("(anon)")
                                    ? "(anon " + current.size() + ")"
                                    : member.group(1),
                            new Member(Integer.parseInt(member.group(2)),
                                    Integer.parseInt(member.group(3)) / 8));
                } else if (value.matches()) {
                    CONSTANTS.putIfAbsent(value.group(1), (int) Long.parseLong(value.group(2)));
                }
            }
        }
        assertEquals(0, process.waitFor());
    }

    /** The offset of a member, looked for through unnamed members too. */
    private static Integer offset(int struct, String path) {
        var parts = path.split("\\.", 2);
        for (var member : STRUCTS.getOrDefault(struct, Map.of()).entrySet()) {
            int start = member.getValue().offset();
            if (member.getKey().equals(parts[0])) {
                if (parts.length == 1) {
                    return start;
                }
                var inner = offset(member.getValue().type(), parts[1]);
                return inner == null ? null : start + inner;
            }
            if (member.getKey().startsWith("(anon")) {
                var inner = offset(member.getValue().type(), path);
                if (inner != null) {
                    return start + inner;
                }
            }
        }
        return null;
    }

    private record Layout(Class<?> descriptor, String struct, String prefix) {}

    @TestFactory
    List<DynamicTest> everyOffsetIsTheKernels() {
        return List.of( //
                new Layout(MapCreateDescriptor.class, "UNION bpf_attr", ""),
                new Layout(MapElementDescriptor.class, "UNION bpf_attr", ""),
                new Layout(MapBatchDescriptor.class, "UNION bpf_attr", "batch."),
                new Layout(ProgramLoadDescriptor.class, "UNION bpf_attr", ""),
                new Layout(TestRunDescriptor.class, "UNION bpf_attr", "test."),
                new Layout(LinkCreateDescriptor.class, "UNION bpf_attr", "link_create."),
                new Layout(RawTracepointDescriptor.class, "UNION bpf_attr", "raw_tracepoint."),
                new Layout(BtfLoadDescriptor.class, "UNION bpf_attr", ""),
                new Layout(ObjectIdDescriptor.class, "UNION bpf_attr", ""),
                new Layout(ObjectInfoDescriptor.class, "UNION bpf_attr", "info."),
                new Layout(MapInfoDescriptor.class, "STRUCT bpf_map_info", ""),
                new Layout(ProgramInfoDescriptor.class, "STRUCT bpf_prog_info", ""),
                new Layout(PerfEventDescriptor.class, "STRUCT perf_event_attr", "")).stream()
                .map(layout -> DynamicTest.dynamicTest(layout.descriptor().getSimpleName(),
                        () -> compare(layout)))
                .toList();
    }

    private static void compare(Layout layout) throws IllegalAccessException {
        int compared = 0;
        for (var field : layout.descriptor().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) || field.getName().equals("LENGTH")) {
                continue;
            }
            var name = field.getName().toLowerCase(Locale.ROOT).replaceFirst(
                    "^(uprobe_multi|perf_event|tracing)_",
                    "$1.");
            var expected = offset(IDS.get(layout.struct()), layout.prefix() + name);
            assertEquals(expected, field.getInt(null), layout.prefix() + name);
            compared++;
        }
        assertTrue(compared >= 3, () -> "nothing to compare in " + layout);
    }

    @Test
    void registersLieAsInTheHeadersOfTheCLibrary(@TempDir Path folder) throws Exception {
        var places = new LinkedHashMap<String, Integer>();
        String user = "offsetof(struct user_regs_struct, %s)";
        for (var register : PtRegs.values()) {
            String name = register.fieldName().replace("flags", "eflags");
            boolean named = name.matches("r\\d+|cs|ss|eflags");
            places.put(user.formatted(named ? name : name.equals("orig_ax") ? "orig_rax" : "r" + name),
                    register.offset());
        }
        places.put(user.formatted("fs_base"), UserRegistersDescriptor.FS_BASE);
        places.put(user.formatted("gs_base"), UserRegistersDescriptor.GS_BASE);
        places.put(user.formatted("fs"), UserRegistersDescriptor.FS);
        places.put(user.formatted("gs"), UserRegistersDescriptor.GS);
        places.put("sizeof(struct user_regs_struct)", UserRegistersDescriptor.LENGTH);
        String frame = "8 + offsetof(ucontext_t, %s)";
        places.put(frame.formatted("uc_flags"), SignalFrameDescriptor.UC_FLAGS);
        places.put(frame.formatted("uc_stack.ss_flags"), SignalFrameDescriptor.SS_FLAGS);
        places.put(frame.formatted("uc_mcontext.gregs[REG_R8]"), SignalFrameDescriptor.R8);
        places.put(frame.formatted("uc_mcontext.gregs[REG_RDI]"), SignalFrameDescriptor.DI);
        places.put(frame.formatted("uc_mcontext.gregs[REG_RSP]"), SignalFrameDescriptor.SP);
        places.put(frame.formatted("uc_mcontext.gregs[REG_EFL]"), SignalFrameDescriptor.FLAGS);
        places.put(frame.formatted("uc_mcontext.gregs[REG_CSGSFS]"), SignalFrameDescriptor.CS);
        places.put(frame.formatted("uc_mcontext.fpregs"), SignalFrameDescriptor.FPSTATE);
        places.put(frame.formatted("uc_sigmask"), SignalFrameDescriptor.SIGMASK);
        var source = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n#include <stdio.h>\n"
                + "#include <sys/user.h>\n#include <ucontext.h>\nint main(void) {\n");
        places.keySet().forEach(place -> source.append("printf(\"%zu\\n\", (size_t) (" + place + "));\n"));
        Path program = BinarySamples.compile(folder, source + "}\n", "places");
        var printed = BinarySamples.output("env", program.toString()).stream().map(Integer::valueOf).toList();
        assertEquals(List.copyOf(places.values()), printed, () -> places.keySet().toString());
    }

    @Test
    void everyCommandAndTypeHasTheKernelsNumber() {
        for (var command : Command.values()) {
            assertEquals(CONSTANTS.get("BPF_" + command.name()), command.number(), command.name());
        }
        for (var type : MapKind.values()) {
            var name = "BPF_MAP_TYPE_" + type.name();
            assertEquals(CONSTANTS.get(name), type.number(), name);
        }
        for (var type : ProgramType.values()) {
            var name = "BPF_PROG_TYPE_" + type.name();
            assertEquals(CONSTANTS.get(name), type.number(), name);
        }
        assertEquals(CONSTANTS.get("BPF_TRACE_RAW_TP"), AttachType.TRACE_RAW_TRACEPOINT.number());
        assertEquals(CONSTANTS.get("BPF_TRACE_FENTRY"), AttachType.TRACE_FENTRY.number());
        assertEquals(CONSTANTS.get("BPF_TRACE_FEXIT"), AttachType.TRACE_FEXIT.number());
        assertEquals(CONSTANTS.get("BPF_PERF_EVENT"), AttachType.PERF_EVENT.number());
        assertEquals(CONSTANTS.get("BPF_TRACE_UPROBE_MULTI"), AttachType.TRACE_UPROBE_MULTI.number());
        assertEquals(CONSTANTS.get("BPF_TRACE_UPROBE_SESSION"), AttachType.TRACE_UPROBE_SESSION.number());
    }

    @Test
    void everySystemCallHasTheNumberOfTheHeader() throws Exception {
        var header = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
        assumeTrue(Files.isReadable(header), "kernel headers are not installed");
        var text = Files.readString(header);
        for (var call : Syscall.values()) {
            assertTrue(text.contains("#define __NR_" + call.spelling() + " " + call.number() + "\n"),
                    call.name());
        }
    }

    @Test
    void everyErrorHasTheNameAndTextOfTheSystem() throws Exception {
        var python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "python3 is not installed");
        var process = new ProcessBuilder(python.toString(), "-c",
                "import errno, os\nfor n in dir(errno):\n"
                        + "  if n[0] == 'E': print(n, getattr(errno, n), os.strerror(getattr(errno, n)))")
                .start();
        var lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor());
        assertTrue(lines.size() > 100, () -> lines.size() + " errors only");
        for (var line : lines) {
            var parts = line.split(" ", 3);
            var errno = Errno.of(Integer.parseInt(parts[1]));
            assertTrue(errno != Errno.UNKNOWN, line);
            assertEquals(parts[2].toLowerCase(Locale.ROOT), errno.message().toLowerCase(Locale.ROOT), line);
            if (lines.stream().filter(other -> other.contains(" " + parts[1] + " ")).count() == 1) {
                assertEquals(parts[0], errno.name());
            }
        }
    }
}
