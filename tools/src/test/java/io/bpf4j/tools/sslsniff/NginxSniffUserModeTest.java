package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same with the probes in the worker itself. */
class NginxSniffUserModeTest extends NginxSniffTest {

    @Override
    String mode() {
        return "user";
    }

    private List<String> functions(String... options) throws Exception {
        try (Tool tool = sniff(options).awaitAttached()) {
            ask(1);
            return tool.interrupt().calls().stream().map(Sniffed::function).toList();
        }
    }

    @Test
    void namesAndUsersAreToldApart() throws Exception {
        String worker = nginx().worker();
        String user = Files.readAllLines(Path.of("/proc", worker, "status")).stream()
                .filter(line -> line.startsWith("Uid:")).findFirst().map(line -> line.split("\\s+")[1])
                .orElseThrow();
        List<String> both = List.of("READ/RECV", "WRITE/SEND");
        assertEquals(both, functions("--format", "json", "-p", worker, "-c", "nginx", "-u", user));
        assertEquals(List.of(), functions("--format", "json", "-p", worker, "-c", "ngin"));
        assertEquals(List.of(), functions("--format", "json", "-p", worker, "-u", "54321"));
    }

    @Test
    void aNamedLibraryIsTracedToo() throws Exception {
        String library = Files.readAllLines(Path.of("/proc", nginx().worker(), "maps")).stream()
                .filter(line -> line.contains("/libssl.so")).findFirst()
                .map(line -> line.substring(line.indexOf('/'))).orElseThrow();
        assertTrue(functions("--format", "json", "-p", nginx().worker(), "-o", "--extra-lib",
                "openssl:" + library)
                .contains("WRITE/SEND"));
    }
}
