package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.jit.x64.runtime.TargetCode;
import io.bpf4j.vm.jit.x64.runtime.TargetRuntime;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.x64.Label;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs in a C program that read what is not there get an error, and the C program notices nothing. */
class FaultTableTest {

    private static final long CODE = 0x2000_0000L;
    private static final long BLOCK = 0x3000_0000L;
    private static final long PROCESS = 0x3800_0000L;
    private static final int SIGSEGV = 11;

    @TempDir
    private Path folder;

    private record Result(int exit, List<String> lines) {}

    private static Optional<String> compiler() {
        return Stream.of("cc", "gcc", "clang").filter(name -> Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, name)))).findFirst();
    }

    private Path victim() throws IOException, InterruptedException {
        Optional<String> compiler = compiler();
        assumeTrue(compiler.isPresent(), "no C compiler");
        Path source = folder.resolve("victim.c");
        try (InputStream text = FaultTableTest.class.getResourceAsStream("fault-victim.c")) {
            Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Path victim = folder.resolve("victim");
        Process run = new ProcessBuilder(compiler.orElseThrow(), "-O1", "-w", "-o", victim.toString(),
                source.toString()).redirectErrorStream(true).start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, run.waitFor(), said);
        return victim;
    }

    /** Runs a program that calls a helper to read where the victim says. */
    private Result run(String helper, UserReads reads, String... cases)
            throws IOException, InterruptedException {
        Machine machine = new Machine(Memory.allocate(4096, 0x1000_0000L), new MapTable(List.of()),
                StandardHelpers.table());
        Program program = new Program("read", ProgramType.KPROBE, new AttachSpec.Manual(),
                Assembler.assemble("""
                        r3 = *(u64 *)(r1 + 0)
                        r2 = *(u64 *)(r1 + 8)
                        r1 = *(u64 *)(r1 + 16)
                        call bpf_%s
                        exit
                        """.formatted(helper)).instructions(), List.of(), List.of(), List.of());
        var settings = new RuntimeSettings(0x1000_0000L, 0, List.of(), PROCESS, reads, true, Set.of(),
                Optional.empty());
        var runtime = new TargetRuntime(settings);
        Label main = runtime.add(PreparedProgram.of(program, machine));
        Label enter = SelfContainedEngine.wayIn(runtime.code());
        TargetCode done = runtime.finish();
        Path code = folder.resolve("code");
        Files.write(code, done.code().link(CODE, symbol -> {
            throw new IllegalArgumentException(symbol.name());
        }));
        List<String> command = new ArrayList<>(List.of(victim().toString(), code.toString(), "" + CODE,
                "" + done.faultHandler().orElse(0), "" + done.offsetOf(enter), "" + done.offsetOf(main),
                "" + BLOCK,
                "" + settings.threadBlockBytes(), "" + PROCESS));
        command.addAll(List.of(cases));
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(run.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
        assertTrue(run.waitFor(30, TimeUnit.SECONDS));
        return new Result(run.exitValue(), lines);
    }

    @Test
    void whatIsNotThereIsZerosAndAnError() throws IOException, InterruptedException {
        Result result = run("probe_read_user", UserReads.FAULT_TABLE, "page:0:8", "page:1:3", "page:0:24",
                "page:3:31",
                "page:7:1000", "page:4096:8", "page:4090:8", "page:-1:1", "page:-4:24", "page:4080:32",
                "page:4000:500",
                "null:0:8", "null:8:4096", "null:0x8000000000000:8", "null:-8:8", "bus:0:16", "page:0:0");
        assertEquals(List.of("0 abcdefgh################ h", "0 bcd##################### d",
                "0 abcdefghijklmnopqrstuvwx x", "0 defghijklmnopqrstuvwxyza h",
                "0 hijklmnopqrstuvwxyzabcde s", "-14 00000000################ 0",
                "-14 00000000################ 0", "-14 0####################### 0",
                "-14 000000000000000000000000 0", "-14 000000000000000000000000 0",
                "-14 000000000000000000000000 0", "-14 00000000################ 0",
                "-14 000000000000000000000000 0", "-14 00000000################ 0",
                "-14 00000000################ 0", "-14 0000000000000000######## 0",
                "0 ######################## #"), result.lines);
        assertEquals(0, result.exit);
    }

    @Test
    void stringsEndWhereMemoryEnds() throws IOException, InterruptedException {
        Result result = run("probe_read_user_str", UserReads.FAULT_TABLE, "page:0:5", "page:0:9",
                "page:4090:6",
                "page:4090:7", "page:4090:20", "page:4096:1", "null:0:16", "null:-8:4");
        assertEquals(List.of("5 abcd0################### 0", "9 abcdefgh0############### 0",
                "6 ijklm0################## 0", "-14 0000000################# 0",
                "-14 00000000000000000000#### 0", "-14 0####################### 0",
                "-14 0000000000000000######## 0", "-14 0000#################### 0"), result.lines);
    }

    @Test
    void theVictimsOwnHandlerGetsItsOwnFaults() throws IOException, InterruptedException {
        Result result = run("probe_read_user", UserReads.FAULT_TABLE, "chain", "fault", "null:0:8", "fault",
                "null:0:8",
                "fault");
        assertEquals(
                List.of("own 1", "-14 00000000################ 0", "own 2", "-14 00000000################ 0",
                        "own 3"),
                result.lines);
        assertEquals(0, result.exit);
    }

    @Test
    void aVictimThatCrashesDiesOfItsSignal() throws IOException, InterruptedException {
        for (String end : List.of("crash", "sent")) {
            Result result = run("probe_read_user", UserReads.FAULT_TABLE, "null:0:8", end);
            assertEquals(List.of("-14 00000000################ 0"), result.lines);
            assertEquals(128 + SIGSEGV, result.exit);
        }
    }

    @Test
    void theSystemCallGivesTheSame() throws IOException, InterruptedException {
        String[] cases = {"page:0:8", "page:7:1000", "page:4096:8", "page:4090:8", "page:-4:24", "null:0:8",
            "null:0x8000000000000:8", "bus:0:16"};
        assertEquals(run("probe_read_user", UserReads.FAULT_TABLE, cases),
                run("probe_read_user", UserReads.SYSTEM_CALL, cases));
        assertEquals(run("probe_read_user_str", UserReads.FAULT_TABLE, cases),
                run("probe_read_user_str", UserReads.SYSTEM_CALL, cases));
    }
}
