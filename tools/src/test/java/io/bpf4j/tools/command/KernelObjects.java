package io.bpf4j.tools.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What bpftool says about programs, maps and links. */
final class KernelObjects {

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

    /** Whether the kernel still has an object of {@link #of}. */
    static boolean exists(String object) throws IOException {
        String[] parts = object.split(" ");
        String answer = bpftool("-j", parts[0].replace("_id", ""), "show", "id", parts[1]);
        return answer.contains("\"id\":" + parts[1] + ",");
    }
}
