package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What bpftool says about programs, maps and links. */
final class KernelObjects {

    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final long POLL_NANOS = 20_000_000;

    private KernelObjects() {}

    static boolean available() {
        try {
            return new ProcessBuilder("bpftool", "-j", "prog", "show").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static String bpftool(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "bpftool";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The descriptors of a process that are BPF objects or perf events, as "prog_id 5", "map_id 7", "perf_event". */
    static Set<String> of(long pid) throws IOException {
        Set<String> found = new TreeSet<>();
        Process process = new ProcessBuilder("sh", "-c", "cat /proc/" + pid + "/fdinfo/* 2>/dev/null")
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher matcher = Pattern.compile("(?m)^(prog_id|map_id|link_id):\\s*(\\d+)$").matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1) + " " + matcher.group(2));
        }
        return found;
    }

    /** Waits until the kernel has none of them any more: it frees them a grace period and a work queue later. */
    static void awaitGone(Set<String> objects) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        List<String> left = new ArrayList<>(objects);
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            if (exists(left.getLast())) {
                LockSupport.parkNanos(POLL_NANOS);
            } else {
                left.removeLast();
            }
        }
        assertEquals(List.of(), left);
    }

    /** Whether the kernel still has an object of {@link #of}. */
    static boolean exists(String object) throws IOException {
        String[] parts = object.split(" ");
        String answer = bpftool("-j", parts[0].replace("_id", ""), "show", "id", parts[1]);
        return answer.contains("\"id\":" + parts[1] + ",");
    }
}
