package io.bpf4j.loader.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What bpftool shows of programs in the kernel: of this process's, and of those that it loads itself. */
final class LoadedPrograms {
    private static final int SLOT = 8;
    /** Opcode of a load of a 64-bit immediate. */
    private static final int LOAD_64 = 0x18;

    private LoadedPrograms() {}

    /** Returns the instructions, as the kernel has them, of the programs of this process, by name. */
    static Map<String, List<Long>> ofThisProcess(Path folder) {
        Map<String, List<Long>> found = new TreeMap<>();
        for (int id : ids()) {
            Path dump = folder.resolve("own" + id);
            run("bpftool", "prog", "dump", "xlated", "id", Integer.toString(id), "file", dump.toString());
            found.put(name(run("bpftool", "prog", "show", "id", Integer.toString(id))), instructions(dump));
        }
        return found;
    }

    private static String name(String shown) {
        return shown.replaceAll("(?s).*? name (\\S+) .*", "$1");
    }

    private static List<Integer> ids() {
        List<Integer> ids = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (Path descriptor : descriptors.toList()) {
                if (isProgram(descriptor)) {
                    Files.readAllLines(descriptor).stream().filter(line -> line.startsWith("prog_id:"))
                            .forEach(line -> ids.add(Integer.parseInt(line.substring(8).strip())));
                }
            }
            return ids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isProgram(Path descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd").resolve(descriptor.getFileName()))
                    .toString()
                    .equals("anon_inode:bpf-prog");
        } catch (IOException e) {
            return false;
        }
    }

    /** Lets bpftool load an object, in a mount namespace that ends with it, and returns the same of its programs. */
    static Map<String, List<Long>> ofBpftool(Path object, Path folder) {
        String script = """
                set -e
                mount -t bpf bpf /sys/fs/bpf
                bpftool prog loadall "$1" /sys/fs/bpf/all >"$2/log" 2>&1 || { cat "$2/log"; exit 1; }
                for each in /sys/fs/bpf/all/*; do
                    bpftool prog dump xlated pinned "$each" file "$2/theirs.${each##*/}"
                    bpftool prog show pinned "$each" >"$2/shown.${each##*/}"
                done
                """;
        run("unshare", "-m", "sh", "-c", script, "sh", object.toString(), folder.toString());
        Map<String, List<Long>> found = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("theirs."))
                    .toList()) {
                Path shown = folder.resolve(file.getFileName().toString().replace("theirs.", "shown."));
                found.put(name(Files.readString(shown)), instructions(file));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ids of maps and places of functions differ from load to load. */
    private static List<Long> instructions(Path dump) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(dump)).order(ByteOrder.LITTLE_ENDIAN);
            List<Long> found = new ArrayList<>();
            while (bytes.remaining() >= SLOT) {
                long slot = bytes.getLong();
                boolean named = (slot & 0xff) == LOAD_64 && (slot >>> 12 & 0xf) != 0;
                found.add(named ? slot & 0xffff_ffffL : slot);
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(String... words) {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", words) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
