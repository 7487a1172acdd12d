package io.bpf4j.vm.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All conformance cases: the files next to this class, in a folder for each topic. */
public final class ConformanceCorpus {
    private static final String EXTENSION = ".case";

    private ConformanceCorpus() {}

    private static final class Holder {
        private static final List<ConformanceCase> ALL = read();
    }

    /** Returns the cases, by name; always the same, whose arrays nobody may change. */
    public static List<ConformanceCase> all() {
        return Holder.ALL;
    }

    private static List<ConformanceCase> read() {
        URL here = ConformanceCorpus.class.getResource("arithmetic");
        if (here == null) {
            throw new IllegalStateException("no conformance cases on the class path");
        }
        try {
            URI uri = here.toURI();
            if (!uri.getScheme().equals("jar")) {
                return read(Path.of(uri).getParent());
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.provider().getPath(uri).getParent());
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ConformanceCase> read(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(EXTENSION)).sorted()
                    .map(file -> read(folder, file)).toList();
        }
    }

    private static ConformanceCase read(Path folder, Path file) {
        String path = folder.relativize(file).toString();
        String name = path.substring(0, path.length() - EXTENSION.length());
        try {
            return new CaseReader(name, Files.readString(file)).read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
