package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A program with its verdict: a file of a header and, after an empty line, assembler text.
 *
 * <pre>
 * # the index may be one too great
 * type: kprobe
 * map: a array key=4 value=48 entries=16     (flags=N; rodata=HEX for a frozen one)
 * verdict: reject
 * kind: OUT_OF_BOUNDS
 * message: part of our reason
 * kernel: part of the kernel's reason        (only where it rejects)
 * deviation: why the verdicts differ         (only where they do)
 *
 *     r0 = 0
 *     exit
 * </pre>
 *
 * @param name the folder and the file, without suffix
 * @param accepted our verdict
 * @param kind of rejection; empty if accepted
 * @param message part of our reason; empty if accepted
 * @param kernelMessage part of the kernel's reason; empty if it accepts
 * @param deviation why the verdicts differ; empty if they do not
 */
public record VerifierCase(String name, ProgramType type, String license, List<MapSpec> maps,
        boolean accepted,
        String kind, String message, String kernelMessage, String deviation, Assembly assembly) {

    /** Where the files are, from a module's folder. */
    public static final Path FOLDER = Path.of("..", "vm", "src", "test", "resources", "io", "bpf4j", "vm",
            "verify",
            "cases");

    /** Reads all files. */
    public static List<VerifierCase> all() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".case")).sorted().map(VerifierCase::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VerifierCase read(Path file) {
        String name = FOLDER.relativize(file).toString().replaceFirst("\\.case$", "");
        try {
            String text = Files.readString(file);
            int end = text.indexOf("\n\n");
            Map<String, List<String>> header = new HashMap<>();
            text.substring(0, end).lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                int colon = line.indexOf(':');
                header.computeIfAbsent(line.substring(0, colon), key -> new ArrayList<>())
                        .add(line.substring(colon + 1).strip());
            });
            String section = one(header, "type");
            ProgramType type = Arrays.stream(ProgramType.values())
                    .filter(one -> one.section().equals(section))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(name + ": no type " + section));
            String license = header.containsKey("license") ? one(header, "license") : "GPL";
            return new VerifierCase(name, type, license,
                    header.getOrDefault("map", List.of()).stream().map(VerifierCase::map).toList(),
                    one(header, "verdict").equals("accept"), one(header, "kind"), one(header, "message"),
                    one(header, "kernel"), one(header, "deviation"),
                    Assembler.assemble(text.substring(end + 2)));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static String one(Map<String, List<String>> header, String key) {
        return header.getOrDefault(key, List.of("")).getFirst();
    }

    private static MapSpec map(String text) {
        String[] words = text.split(" +");
        Map<String, String> settings = new HashMap<>();
        Arrays.stream(words).skip(2).forEach(
                word -> settings.put(word.substring(0, word.indexOf('=')),
                        word.substring(word.indexOf('=') + 1)));
        MapKind kind = Arrays.stream(MapKind.values()).filter(one -> one.keyword().equals(words[1]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kind of map " + words[1]));
        byte[] data = HexFormat.of().parseHex(settings.getOrDefault("rodata", ""));
        int flags = Integer.parseInt(settings.getOrDefault("flags", "0"));
        MapRole role = data.length == 0
                ? new MapRole.Plain()
                : new MapRole.Globals(MapRole.Globals.Section.READ_ONLY);
        return new MapSpec(words[0], kind, bytes(settings.get("key")), bytes(settings.get("value")),
                Integer.parseInt(settings.get("entries")),
                data.length == 0 ? flags : flags | MapSpec.READ_ONLY_FOR_PROGRAMS, role, data);
    }

    private static Type bytes(String size) {
        int count = Integer.parseInt(size);
        return switch (count) {
            case 0 -> VoidType.VOID;
            case Integer.BYTES -> IntType.U32;
            case Long.BYTES -> IntType.U64;
            default -> new ArrayType(IntType.U8, count);
        };
    }

    /** Returns the program. */
    public Program program() {
        return new Program("case", type, new AttachSpec.Manual(), assembly.instructions(),
                assembly.references(),
                List.of(), List.of());
    }

    /** Returns what the verifier is to be told. */
    public VerifierInput input() {
        return VerifierInput.of(type, maps, license);
    }

    /** Returns whether the kernel's verdict is expected to be the same. */
    public boolean acceptedByKernel() {
        return deviation.isEmpty() == accepted;
    }

    @Override
    public String toString() {
        return name;
    }
}
