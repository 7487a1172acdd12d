package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.command.ToolProcess.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoCommandTest {

    @Test
    void showsTheConversationAndItsSystemCallsAndLeavesNothing() throws Exception {
        var support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support.explanation());
        assumeTrue(ExecutableFinder.ofEnvironment().find("openssl").isPresent(), "openssl is not here");
        Result result = ToolProcess.run("demo");
        assertEquals(0, result.code(), result.errors());
        for (String expected : List.of("SSL_write ->  80 bytes", "    GET /secret.txt HTTP/1.0",
                "SSL_read  <-", "    HTTP/1.0 200 ok", "    The treasure is under the third palm tree.",
                "SYSCALL ", "read ", "write ")) {
            assertTrue(result.output().contains(expected), result.output());
        }
        assertTrue(result.isOneLine() && result.errors().startsWith("kernel mode: "), result.errors());
        assertTrue(ProcessHandle.allProcesses().noneMatch(process -> process.info().arguments()
                .filter(arguments -> List.of(arguments).containsAll(List.of("s_server", "-WWW")))
                .isPresent()),
                "the server still runs");
    }

    @Test
    void withoutOpensslItSaysHowToGetIt() throws Exception {
        var support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support.explanation());
        List<String> command = new ArrayList<>(List.of("env", "PATH=/nowhere"));
        command.addAll(ToolProcess.command("demo"));
        try (ToolProcess tool = ToolProcess.startCommand(command)) {
            Result result = tool.await();
            assertEquals(3, result.code(), result.errors());
            assertTrue(result.isOneLine() && result.errors().contains("hint: apt-get install openssl"),
                    result.errors());
        }
    }
}
