package io.bpf4j.bench.engine;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * A small computation over a memory of {@value #MEMORY} bytes, as a program and as the C that it was made of: resources
 * {@code NAME.asm} and {@code NAME.c} beside this class.
 */
public record ComputeKernel(String name) {

    /** The bytes that each works on. */
    public static final int MEMORY = 4096;

    /** Measures what every run costs, whatever the program does. */
    public static final ComputeKernel EMPTY = new ComputeKernel("empty");

    /** All but {@link #EMPTY}. */
    public static final List<ComputeKernel> ALL = List.of("hash", "crc", "sieve", "copy", "search", "packet",
            "histogram", "sort", "matrix", "base64", "divide").stream().map(ComputeKernel::new).toList();

    /** Returns the program: R1 is the memory's address, R0 a checksum. */
    public Program program() {
        return new Program(name, ProgramType.SOCKET_FILTER, new AttachSpec.Manual(),
                Assembler.assemble(resource(".asm")).instructions(), List.of(), List.of(), List.of());
    }

    /** Returns the C source: {@code unsigned long kernel(unsigned char *memory)}. */
    public String source() {
        return resource(".c");
    }

    /** Returns the memory before a run: the same random bytes each time. */
    public static byte[] memory() {
        byte[] bytes = new byte[MEMORY];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    private String resource(String extension) {
        String path = name + extension;
        try (InputStream in = ComputeKernel.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no compute kernel " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
