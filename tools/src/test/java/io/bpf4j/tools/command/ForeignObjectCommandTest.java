package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.command.ToolProcess.Result;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.foreign.ClangObjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that clang made, on the command line. */
class ForeignObjectCommandTest {
    @TempDir
    private Path directory;

    private static void needTheKernel() {
        var support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support.explanation());
    }

    private Path types() throws Exception {
        byte[] types = ElfObject.parse(ClangObjects.bytes("kernel")).section(".BTF").orElseThrow().bytes();
        return Files.write(directory.resolve("kernel.btf"), types);
    }

    @Test
    void eventsAndMapsAreShownByTheirTypes() throws Exception {
        needTheKernel();
        Result result = ToolProcess.run("run", ClangObjects.file("maps").toString(), "--", "true");
        assertEquals(0, result.code(), result.errors());
        assertTrue(result.output().matches("(?s).*events: \\{time: \\d+, pid: \\d+, comm: true\\}\\n.*"),
                result.output());
        assertTrue(result.output().matches("(?s).*stats:\\s+PID +CALL +COUNT +LAST\\n.*"), result.output());
    }

    @Test
    void recordsWithoutTypeAreShownAsBytes() throws Exception {
        needTheKernel();
        Result result = ToolProcess.run("run", ClangObjects.file("legacy").toString(), "--", "true");
        assertEquals(0, result.code(), result.errors());
        assertTrue(result.output().matches("(?s).*\\boutput: [0-9a-f]{8,}\\n.*"), result.output());
    }

    @Test
    void whatCannotBeAttachedIsSaid() throws Exception {
        needTheKernel();
        Result result = ToolProcess.run("run", ClangObjects.file("guest").toString());
        assertTrue(result.code() != 0);
        assertEquals("", result.output());
        assertTrue(result.errors().startsWith("bpf4j: "), result.errors());
    }

    @Test
    void instructionsAreThoseForTheGivenTypes() throws Exception {
        Result result = ToolProcess.run("disasm", ClangObjects.file("guest").toString(), "--btf",
                types().toString(), "--program", "inner_offset");
        assertEquals(0, result.code(), result.errors());
        assertTrue(result.output().contains("r0 = 64"), result.output());
        assertTrue(result.errors().contains("note: program lost_offset: the kernel has no thing.lost"),
                result.errors());
    }

    @Test
    void damagedObjectIsOneLine() throws Exception {
        byte[] bytes = ClangObjects.bytes("maps");
        Path cut = Files.write(directory.resolve("cut.o"), Arrays.copyOf(bytes, bytes.length / 2));
        Result result = ToolProcess.run("disasm", cut.toString());
        assertEquals(2, result.code());
        assertTrue(result.errors().contains("cut.o: "), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
    }
}
