package io.bpf4j.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Reads every format of the running kernel, from a tracefs that only a mount namespace of our own can see. */
class KernelFormatsTest {

    private static final Pattern FIELD = Pattern.compile("\\s*field:.*offset:(\\d+);\\s*size:(\\d+);.*");
    private static final String SCRIPT = "mount --make-rprivate / && mount -t tracefs tracefs /mnt"
            + " && grep -H . /mnt/events/*/*/format";

    private static Map<String, String> formats() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("unshare", "-m", "sh", "-c", SCRIPT)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(process.waitFor() == 0, "needs root, tracefs and unshare");
        Map<String, StringBuilder> texts = new LinkedHashMap<>();
        for (String line : output.lines().toList()) {
            int end = line.indexOf("/format:");
            texts.computeIfAbsent(line.substring("/mnt/events/".length(), end), name -> new StringBuilder())
                    .append(line.substring(end + "/format:".length())).append('\n');
        }
        Map<String, String> formats = new LinkedHashMap<>();
        texts.forEach((name, text) -> formats.put(name, text.toString()));
        return formats;
    }

    @Test
    void everyFieldOfEveryTracepointIsRead() throws IOException, InterruptedException {
        Map<String, String> formats = formats();
        assertTrue(formats.size() > 100, () -> formats.size() + " formats");
        List<String> wrong = new ArrayList<>();
        formats.forEach((path, text) -> {
            String[] parts = path.split("/");
            TracepointFormat format = TracepointFormat.parse(parts[0], parts[1], text);
            List<Matcher> lines = text.lines().map(FIELD::matcher).filter(Matcher::matches).toList();
            if (lines.size() != format.fields().size()) {
                wrong.add(path + ": " + format.fields().size() + " of " + lines.size() + " fields");
                return;
            }
            for (int index = 0; index < lines.size(); index++) {
                TracepointFormat.Field field = format.fields().get(index);
                int size = field.dataLocation() ? Integer.BYTES : field.type().size();
                if (size != Integer.parseInt(lines.get(index).group(2))
                        || field.offset() != Integer.parseInt(lines.get(index).group(1))) {
                    wrong.add(path + ": " + lines.get(index).group() + " became " + field);
                }
            }
        });
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void builtInFormatsAgreeWithTheKernel() throws IOException, InterruptedException {
        Map<String, String> formats = formats();
        for (String name : List.of("sys_enter", "sys_exit")) {
            Assumptions.assumeTrue(formats.containsKey("raw_syscalls/" + name),
                    "this kernel has no raw_syscalls");
            TracepointFormat kernel = TracepointFormat.parse("raw_syscalls", name,
                    formats.get("raw_syscalls/" + name));
            TracepointFormat ours = TracepointFormats.builtIn().find("raw_syscalls", name).orElseThrow();
            ours.fields().forEach(field -> assertEquals(kernel.field(field.name()).orElseThrow(), field));
        }
        TracepointFormat openat = TracepointFormat.parse("syscalls", "sys_enter_openat",
                formats.getOrDefault("syscalls/sys_enter_openat", ""));
        Assumptions.assumeTrue(!openat.fields().isEmpty(), "this kernel has no syscalls tracepoints");
        TracepointFormat ours = TracepointFormats.builtIn().find("syscalls", "sys_enter_openat")
                .orElseThrow();
        assertEquals(openat.field("__syscall_nr"), ours.field("__syscall_nr"));
        assertEquals(openat.field("dfd").orElseThrow().offset(), ours.field("args").orElseThrow().offset());
        assertEquals(new ArrayType(IntType.U64, 6), ours.field("args").orElseThrow().type());
    }
}
