package io.bpf4j.bench.engine;

import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Section;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The C of a compute kernel, compiled by clang as "scalar native": {@code -O2} without vectors, unrolling and builtins,
 * which programs have not either. {@link #close} frees the code.
 */
final class NativeTwin implements AutoCloseable {

    private static final List<String> COMMAND = List.of("clang", "-O2", "-fno-vectorize",
            "-fno-slp-vectorize",
            "-fno-unroll-loops", "-fno-builtin", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
            "-fPIC",
            "-c", "-x", "c", "-o");

    private final NativeCode code;
    private final long entry;

    private NativeTwin(NativeCode code, long entry) {
        this.code = code;
        this.entry = entry;
    }

    /** Returns whether there is a clang. */
    static boolean isPossible() {
        for (String folder : Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")) {
            if (Files.isExecutable(Path.of(folder, "clang"))) {
                return true;
            }
        }
        return false;
    }

    /** Compiles a kernel; its code must not refer to anything outside. */
    static NativeTwin compile(Kernel kernel, ComputeKernel computation)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("bpf4j-bench");
        Path source = folder.resolve("kernel.c");
        Path object = folder.resolve("kernel.o");
        try {
            Files.writeString(source, computation.source());
            List<String> command = new ArrayList<>(COMMAND);
            command.addAll(List.of(object.toString(), source.toString()));
            run(command);
            return load(kernel, object);
        } finally {
            for (Path file : List.of(source, object)) {
                Files.deleteIfExists(file);
            }
            Files.delete(folder);
        }
    }

    private static NativeTwin load(Kernel kernel, Path object) {
        try (ElfFile elf = ElfFile.open(object)) {
            Section text = elf.section(".text").orElseThrow();
            byte[] bytes = elf.read(text.offset(), (int) text.size());
            NativeCode code = new NativeCode(kernel, bytes.length);
            code.seal(bytes);
            return new NativeTwin(code,
                    code.address() + elf.fullSymbols().orElseThrow().find("kernel").getFirst().address());
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command.getFirst() + ": " + output.strip());
        }
    }

    /** Runs it. */
    long run(long memory) {
        return NativeCode.call(entry, memory);
    }

    @Override
    public void close() {
        code.close();
    }
}
