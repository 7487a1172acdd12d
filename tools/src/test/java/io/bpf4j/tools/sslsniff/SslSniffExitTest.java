package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the tool says, and ends with, when it cannot do what it is asked. */
class SslSniffExitTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--mode user | user mode runs in the processes that it traces, and none was named",
        "--max-buffer-size 32769 | --max-buffer-size is 0 to 32768, not 32769; --whole shows up to 1 MiB of each call",
        "--max-buffer-size -1 | --max-buffer-size is 0 to 32768, not -1; --whole shows up to 1 MiB of each call",
        "-o -g -n | with -o, -g and -n there is nothing left to trace",
        "-u -3 | there is no user -3",
        "--sniff | unknown option: '--sniff'",
        "--extra-lib wolf:/x | invalid value for option '--extra-lib' (TYPE:PATH): 'wolf' is not a type of library;"
                + " there are openssl, gnutls, nss"})
    void aWrongCommandLineIsOneLineAHintAndTwo(String arguments, String message) throws Exception {
        try (Tool tool = Tool.start(folder, arguments.split(" "))) {
            tool.awaitEnd(2);
            assertEquals("jsslsniff: " + message, tool.errors().getFirst());
            assertTrue(tool.errors().get(1).startsWith("hint: "), tool.errors().toString());
            assertEquals(2, tool.errors().size());
        }
    }

    @Test
    void aProcessThatDoesNotExistIsThree() throws Exception {
        try (Tool tool = Tool.start(folder, "-p", "99999999")) {
            tool.awaitEnd(3);
            assertEquals(List.of("jsslsniff: there is no process 99999999"), tool.errors());
        }
    }

    @Test
    void aCommandThatDoesNotExistIsThree() throws Exception {
        try (Tool tool = Tool.start(folder, "--", "/nowhere/program")) {
            tool.awaitEnd(3);
            assertEquals(List.of("jsslsniff: there is no program /nowhere/program"), tool.errors());
        }
    }

    @Test
    void missingPrivilegesAreFour() throws Exception {
        Live.assume("setpriv");
        List<String> powerless = List.of("setpriv", "--bounding-set", "-all", "--inh-caps", "-all");
        try (Tool tool = Tool.start(folder, powerless)) {
            tool.awaitEnd(4);
            assertTrue(
                    tool.errors().getFirst().startsWith("jsslsniff: cannot load programs into the kernel: "),
                    tool.errors().toString());
        }
    }

    @Test
    void nothingToAttachToIsFive() throws Exception {
        Live.assume();
        try (Tool tool = Tool.start(folder, "-o", "-g", "-n", "--extra-lib", "openssl:/nowhere/libssl.so")) {
            tool.awaitEnd(5);
            assertEquals("jsslsniff: nothing to trace: there is no file /nowhere/libssl.so",
                    tool.errors().getFirst());
        }
        try (Tool tool = Tool.start(folder, "-o", "-g", "-n", "--extra-lib", "nss:/usr/bin/env")) {
            tool.awaitEnd(5);
            assertTrue(tool.errors().getFirst().matches(
                    "jsslsniff: nothing to trace: /usr/bin/\\S+ has no symbol PR_Write.*"),
                    tool.errors().toString());
        }
    }

    @Test
    void theSourceIsPrintedAsItIs() throws Exception {
        try (Tool tool = Tool.start(folder, "--ebpf")) {
            tool.awaitEnd(0);
            assertEquals(
                    Files.readString(Path.of("src/main/resources/io/bpf4j/tools/sslsniff/jsslsniff.probe")),
                    tool.output());
        }
    }
}
