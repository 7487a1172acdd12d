package io.bpf4j.loader.code;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Symbol;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Programs and libraries of this machine, and one that go builds. */
final class RealFiles {

    private static final List<String> FOLDERS = List.of("/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
            "/usr/lib64", "/usr/sbin", "/usr/bin");

    private static final String TLS_SERVER = """
            package main

            import (
                "crypto/tls"
                "fmt"
                "net/http"
                "os"
            )

            func main() {
                certificate, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
                if err != nil {
                    fmt.Println(err)
                    os.Exit(1)
                }
                config := &tls.Config{Certificates: []tls.Certificate{certificate}}
                server := &http.Server{Addr: os.Args[3], TLSConfig: config}
                fmt.Println(server.ListenAndServeTLS("", ""))
            }
            """;

    private RealFiles() {}

    static Stream<String> names() {
        return Stream.of("libc.so.6", "libssl.so.3", "libcrypto.so.3", "python3", "nginx", "go");
    }

    /** Returns where a file is that has one of the names, if it is installed. */
    static Optional<Path> find(String name, Path folder) {
        if (name.equals("go")) {
            return Files.exists(Path.of("/usr/bin/go")) ? Optional.of(goServer(folder)) : Optional.empty();
        }
        return FOLDERS.stream().map(place -> Path.of(place, name)).filter(Files::isReadable).findFirst();
    }

    private static Path goServer(Path folder) {
        try {
            Files.writeString(folder.resolve("server.go"), TLS_SERVER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        BinarySamples.output(folder, "go", "build", "-o", "server", "server.go");
        return folder.resolve("server");
    }

    /** Returns the functions within a text, by address; of aliases the longest. */
    static Map<Long, Range> functions(ElfFile file, ModuleText module) {
        Map<Long, Range> functions = new TreeMap<>();
        Stream.of(file.dynamicSymbols(), file.fullSymbols()).flatMap(Optional::stream)
                .forEach(table -> table.forEach(symbol -> {
                    if (isFunction(symbol) && module.text().has(symbol.address(), (int) symbol.size())) {
                        functions.merge(symbol.address(),
                                new Range(symbol.address(), symbol.address() + symbol.size()),
                                (a, b) -> a.size() >= b.size() ? a : b);
                    }
                }));
        return functions;
    }

    private static boolean isFunction(Symbol symbol) {
        return symbol.isDefined() && symbol.type().isFunction() && symbol.size() > 0
                && symbol.size() < Integer.MAX_VALUE;
    }

    /** Returns the one executable segment of a file at the addresses that the file itself names. */
    static ModuleText text(ElfFile file) {
        List<ModuleText> texts = new ArrayList<>(ModuleReader.read(file, 0));
        texts.sort((a, b) -> Integer.compare(b.text().bytes().length, a.text().bytes().length));
        return texts.get(0);
    }
}
