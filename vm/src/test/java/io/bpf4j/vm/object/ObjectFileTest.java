package io.bpf4j.vm.object;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectFileTest {
    @TempDir
    private Path directory;

    private static String privately(String... commands) {
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        assumeTrue(Files.isReadable(Path.of("/proc/1/environ")), "loading programs needs root");
        Command.Result result = Command.run("unshare", "-m", "sh", "-ec",
                "mount -t bpf bpf /sys/fs/bpf\n" + String.join("\n", commands));
        assertEquals(0, result.status(), result.output());
        return result.output();
    }

    private Path sample() throws IOException {
        return Files.write(directory.resolve("sample.bpf.o"), ObjectWriter.write(SampleUnit.unit()));
    }

    @Test
    void readingGivesBackTheUnit() {
        ProgramUnit unit = SampleUnit.unit();
        byte[] bytes = ObjectWriter.write(unit);
        ProgramUnit back = ObjectReader.read(bytes);
        assertArrayEquals(bytes, ObjectWriter.write(back));
        assertEquals(unit.programs().stream().map(Program::instructions).toList(),
                back.programs().stream().map(Program::instructions).toList());
        assertEquals(unit.programs().stream().map(Program::lines).toList(),
                back.programs().stream().map(Program::lines).toList());
        for (MapSpec map : unit.maps()) {
            assertArrayEquals(map.initialData(), back.map(map.name()).orElseThrow().initialData());
        }
        assertEquals(unit.globals().size(), back.globals().size());
        assertEquals(unit.globals().get(2).description(), back.globals().get(2).description());
    }

    @Test
    void bpftoolLoadsEveryProgramAndMapAndShowsOurLines() throws IOException {
        Path file = sample();
        String output = privately("mkdir /sys/fs/bpf/m", "bpftool prog loadall " + file
                + " /sys/fs/bpf/p pinmaps /sys/fs/bpf/m", "ls /sys/fs/bpf/p /sys/fs/bpf/m",
                "bpftool prog dump xlated pinned /sys/fs/bpf/p/on_write linum",
                "bpftool prog dump xlated pinned /sys/fs/bpf/p/on_loop linum",
                "bpftool map show pinned /sys/fs/bpf/m/stats",
                "bpftool map update pinned /sys/fs/bpf/m/stats key 1 0 0 0 value "
                        + "1 0 0 0 0 0 0 0 255 255 255 255 255 255 255 255 " + "0 ".repeat(24),
                "bpftool map dump pinned /sys/fs/bpf/m/stats",
                "bpftool prog show pinned /sys/fs/bpf/p/on_write");
        for (String expected : new String[]{"on_write", "on_open", "on_tick", "at_begin", "on_loop",
            "_output",
            "s32 on_write(struct pt_regs * ctx):", "u64 inner(u64 value):",
            "hits += 1; [file:sample.probe line_num:10 line_col:5]", "return inner(value);", "\"count\": 1",
            "\"total_ns\": -1", "for (;;) {}"}) {
            assertTrue(output.contains(expected), () -> "no " + expected + " in\n" + output);
        }
    }

    @Test
    void binaryToolsReadTheFile() throws IOException {
        String file = sample().toString();
        assumeTrue(Command.exists("readelf") && Command.exists("llvm-objdump"), "no readelf or llvm-objdump");
        Command.Result elf = Command.run("readelf", "-aW", file);
        assertEquals(0, elf.status(), elf.output());
        assertTrue(!elf.output().contains("Warning") && !elf.output().contains("Error"), elf.output());
        assertTrue(elf.output().contains("uprobe//usr/lib/libssl.so.3:SSL_write"), elf.output());
        Command.Result code = Command.run("llvm-objdump", "-d", "-r", file);
        assertEquals(0, code.status(), code.output());
        assertTrue(code.output().contains("R_BPF_64_64\thits"), code.output());
        assertTrue(code.output().contains("R_BPF_64_32\touter"), code.output());
    }

    @Test
    void bpftoolDumpsTheTypesAsC() throws IOException {
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        Command.Result raw = Command.run("bpftool", "btf", "dump", "file", sample().toString());
        assertEquals(0, raw.status(), raw.output());
        assertTrue(raw.output().contains("DATASEC '.maps'"), raw.output());
        assertTrue(raw.output().contains("FUNC 'inner'"), raw.output());
    }

    @Test
    void damagedFilesGiveOneKindOfException() {
        byte[] good = ObjectWriter.write(SampleUnit.unit());
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] bad = Arrays.copyOf(good,
                    random.nextBoolean() ? good.length : random.nextInt(good.length));
            for (int change = 0; change < 1 + random.nextInt(4) && bad.length > 0; change++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                ObjectReader.read(bad);
            } catch (ObjectException expected) {
                assertTrue(expected.getMessage() != null);
            }
        }
        assertThrows(ObjectException.class, () -> ObjectReader.read(new byte[0]));
    }
}
