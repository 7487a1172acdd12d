package io.bpf4j.loader.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Symbol;
import io.bpf4j.vm.patch.Answer;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.FunctionAnalysis;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.patch.StackUse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StackUseTest {

    @TempDir
    static Path folder;

    static Stream<String> compilers() {
        return Stream.of("gcc", "clang").flatMap(compiler -> Stream.of("-O0", "-O1", "-O2", "-O3", "-Os")
                .flatMap(level -> Stream.of("-fomit-frame-pointer", "-fno-omit-frame-pointer",
                        "-fomit-frame-pointer -mavx2 -mstackrealign", "-fomit-frame-pointer -march=x86-64-v4")
                        .map(options -> compiler + " " + level + " " + options)));
    }

    private static Map<String, StackUse> uses(ElfFile file) {
        ModuleText module = RealFiles.text(file);
        CodeMap map = CodeMap.of(module);
        Map<String, StackUse> uses = new TreeMap<>();
        file.dynamicSymbols().orElseThrow().forEach((Symbol symbol) -> {
            if (symbol.isDefined() && symbol.type().isFunction() && symbol.size() > 0) {
                FunctionCode function = FunctionCode.of(module.text(),
                        new Range(symbol.address(), symbol.address() + symbol.size()));
                uses.put(symbol.name(), new FunctionAnalysis(map, function).stackUse());
            }
        });
        return uses;
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void functionsThatUseTheirCallersStackAreNeverSaidNotTo(String compiler) throws IOException {
        Path source = folder.resolve("stack.c");
        try (InputStream in = StackUseTest.class.getResourceAsStream("stack.c")) {
            Files.write(source, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(List.of("-shared", "-fPIC", "-w", "-o", "stack.so", source.toString()));
        BinarySamples.output(folder, command.toArray(String[]::new));
        try (var file = ElfFile.open(folder.resolve("stack.so"))) {
            Map<String, StackUse> uses = uses(file);
            Map<Answer, Integer> without = new EnumMap<>(Answer.class);
            uses.forEach((name, use) -> {
                if (name.startsWith("yes_")) {
                    assertNotEquals(Answer.NO, use.arguments(), name);
                } else if (name.startsWith("no_")) {
                    without.merge(use.arguments(), 1, Integer::sum);
                }
            });
            assertNotEquals(Answer.NO, uses.get("no_return_address").returnAddress());
            assertEquals(Answer.NO, uses.get("no_plain").arguments());
            assertEquals(Answer.NO, uses.get("no_plain").returnAddress());
            assertEquals(Answer.NO, uses.get("no_calls").arguments());
            System.out.println(compiler + ": functions without arguments on the stack: " + without);
            assertTrue(without.get(Answer.NO) > 6, without::toString);
        }
    }

    @Test
    void functionsThatLookAtTheirReturnAddressAreKnown() {
        Optional<Path> path = RealFiles.find("libc.so.6", folder);
        Assumptions.assumeTrue(path.isPresent(), () -> "libc.so.6 is not installed");
        try (var file = ElfFile.open(path.get())) {
            Map<String, StackUse> uses = uses(file);
            for (String name : List.of("dlopen", "dl_iterate_phdr", "vfork", "_setjmp", "clone")) {
                assertEquals(Answer.YES, uses.get(name).returnAddress(), name);
            }
            for (String name : List.of("strlen", "getppid", "qsort", "fputs", "malloc")) {
                assertNotEquals(Answer.YES, uses.get(name).returnAddress(), name);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.bpf4j.loader.code.RealFiles#names")
    void mostFunctionsOfLibrariesAreSaidNotToUseTheStack(String name) {
        Optional<Path> path = RealFiles.find(name, folder);
        Assumptions.assumeTrue(path.isPresent() && !name.equals("go"), () -> name + " is not installed");
        try (var file = ElfFile.open(path.get())) {
            Map<Answer, Integer> counts = new EnumMap<>(Answer.class);
            Map<Answer, Integer> addresses = new EnumMap<>(Answer.class);
            long begin = System.nanoTime();
            uses(file).values().forEach(use -> {
                counts.merge(use.arguments(), 1, Integer::sum);
                addresses.merge(use.returnAddress(), 1, Integer::sum);
            });
            System.out.printf("%s: arguments on the stack %s, return address %s, %d ms%n", name, counts,
                    addresses,
                    (System.nanoTime() - begin) / 1_000_000);
            assertTrue(counts.get(Answer.NO) > 0);
        }
    }
}
