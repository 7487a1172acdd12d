package io.bpf4j.vm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SystemCallsTest {
    private static final Path HEADER = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");

    @Test
    void agreesWithTheHeaderOfThisMachine() throws IOException {
        assumeTrue(Files.exists(HEADER), "no " + HEADER + ": install linux-libc-dev");
        Map<Integer, String> expected = new TreeMap<>();
        var line = Pattern.compile("#define __NR_(\\w+) (\\d+)");
        line.matcher(Files.readString(HEADER)).results()
                .forEach(match -> expected.put(Integer.parseInt(match.group(2)), match.group(1)));
        Map<Integer, String> ours = SystemCalls.of("x86_64").all();
        assertFalse(expected.isEmpty());
        expected.forEach((number, name) -> assertEquals(name, ours.get(number)));
    }

    @Test
    void namesAndNumbersAreInverse() {
        for (String architecture : new String[]{"x86_64", "aarch64"}) {
            SystemCalls calls = SystemCalls.of(architecture);
            assertTrue(calls.all().size() > 300);
            calls.all().forEach((number, name) -> assertEquals(number, calls.number(name).orElseThrow()));
        }
    }

    @Test
    void theArchitecturesDiffer() {
        assertEquals("read", SystemCalls.of("x86_64").name(0).orElseThrow());
        assertEquals(63, SystemCalls.of("aarch64").number("read").orElseThrow());
        assertTrue(SystemCalls.of("x86_64").name(400_000).isEmpty());
    }

    @Test
    void anUnknownArchitectureIsSaid() {
        assertThrows(IllegalArgumentException.class, () -> SystemCalls.of("vax"));
    }
}
