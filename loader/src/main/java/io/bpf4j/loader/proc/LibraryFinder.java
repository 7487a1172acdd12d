package io.bpf4j.loader.proc;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.ResolvedSymbol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the files that a library's name stands for, as the dynamic linker does: {@code ssl}, {@code libssl},
 * {@code libssl.so.3}, or a path. For a process, those that it has mapped; otherwise, or when it has mapped none yet,
 * those in {@code /etc/ld.so.cache} and the default folders. Never through {@code LD_LIBRARY_PATH}: that is the
 * environment of somebody else's start, not of ours.
 *
 * <p>There may be several (two versions, or copies in several folders); all are given, each file once, the newest
 * version first.
 *
 * <p>A finder remembers what is installed from the first time that it looks. For one thread at a time.
 */
public final class LibraryFinder {

    private static final String CACHE = "/etc/ld.so.cache";
    private static final int MAXIMUM_FILE_SIZE = 64 << 20;
    private static final String MUSL_PATH = "/etc/ld-musl-x86_64.path";
    private static final List<String> FOLDERS = List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
            "/lib64",
            "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib");

    private final Optional<Integer> pid;
    private final FileSystemRoot root;
    private List<Candidate> candidates;

    /** A file in a place where libraries are; the name is the one that programs ask for. */
    private record Candidate(String name, String path) {}

    private LibraryFinder(Optional<Integer> pid, FileSystemRoot root) {
        this.pid = pid;
        this.root = root;
    }

    /** Finds the libraries that any program here would get. */
    public static LibraryFinder host() {
        return within(FileSystemRoot.HOST);
    }

    /** Finds the libraries that any program in this file system would get. */
    public static LibraryFinder within(FileSystemRoot root) {
        return new LibraryFinder(Optional.empty(), root);
    }

    /**
     * Finds the libraries of one process, in its own mount namespace.
     *
     * @throws NoSuchProcessException when there is no such process
     * @throws ProcessAccessException when it is not ours to look into
     */
    public static LibraryFinder of(int pid) {
        return new LibraryFinder(Optional.of(pid), FileSystemRoot.of(pid));
    }

    /**
     * All files that {@code name} stands for.
     *
     * @param name short name, file name with or without version, or a path, which if relative starts at our own folder
     * @return empty when there is none
     * @throws ProcessAccessException when the process has mapped such files, but their paths lead to them no more and
     *                                we lack the capability to reach them through the process
     */
    public List<MappedFile> find(String name) {
        if (name.contains("/")) {
            return atPath(FileSystemRoot.absolute(name)).stream().toList();
        }
        LibraryName library = LibraryName.of(name);
        if (pid.isPresent()) {
            List<MappedFile> mapped = mapped(pid.get(), library);
            if (!mapped.isEmpty()) {
                return mapped;
            }
        }
        return installed(library);
    }

    /**
     * Finds a symbol in the executable of the process itself: a library may be linked into it, as OpenSSL is into many.
     *
     * @param name exact name
     * @return empty when the executable does not define it, or when this finder is not for a process
     */
    public Optional<ResolvedSymbol> executableSymbol(String name) {
        return executable().flatMap(file -> {
            try (var symbols = file.symbols()) {
                return symbols.find(name);
            }
        });
    }

    /** The executable of the process, reachable even when its path is gone; empty when this finder is for none. */
    public Optional<MappedFile> executable() {
        return pid.map(process -> {
            var folder = new ProcFolder(process);
            String target = folder.link("exe").toString();
            Path exe = folder.path("exe");
            FileIdentity identity = FileIdentity.of(exe)
                    .orElseThrow(() -> new NoSuchProcessException(process));
            Optional<Path> direct = root.outside(target)
                    .filter(path -> FileIdentity.of(path).equals(Optional.of(identity)));
            return new MappedFile(target, direct.orElse(exe), identity, root);
        });
    }

    private List<MappedFile> mapped(int process, LibraryName library) {
        Map<FileIdentity, MappedFile> found = new LinkedHashMap<>();
        Optional<String> unreachable = Optional.empty();
        for (Mapping mapping : MemoryMaps.of(process).codeFiles()) {
            String path = mapping.path().orElseThrow();
            if (library.matches(fileName(path))) {
                Optional<MappedFile> file = MappedFile.of(process, mapping, root);
                file.ifPresent(reached -> found.putIfAbsent(reached.identity(), reached));
                unreachable = file.isPresent() ? unreachable : Optional.of(mapping.name());
            }
        }
        if (found.isEmpty() && unreachable.isPresent()) {
            throw new ProcessAccessException(process, "the mapped file " + unreachable.get(), null);
        }
        return newestFirst(found.values());
    }

    private List<MappedFile> installed(LibraryName library) {
        Map<FileIdentity, MappedFile> found = new LinkedHashMap<>();
        if (candidates == null) {
            candidates = candidates();
        }
        for (Candidate candidate : candidates) {
            if (library.matches(candidate.name())) {
                add(candidate.path(), found);
            }
        }
        return newestFirst(found.values());
    }

    private List<Candidate> candidates() {
        List<Candidate> found = new ArrayList<>();
        for (LdSoCache.Entry entry : cache()) {
            if (entry.isX8664()) {
                found.add(new Candidate(entry.name(), entry.path()));
            }
        }
        for (String folder : folders()) {
            for (String name : namesIn(folder)) {
                if (LibraryName.isPossible(name)) {
                    found.add(new Candidate(name, folder + "/" + name));
                }
            }
        }
        return found;
    }

    private static List<MappedFile> newestFirst(Collection<MappedFile> files) {
        Comparator<String> order = LibraryName.newestFirst();
        return files.stream()
                .sorted((left, right) -> order.compare(fileName(left.path()), fileName(right.path())))
                .toList();
    }

    /** Passes over what the dynamic linker passes over too: linker scripts, and libraries for other machines. */
    private void add(String path, Map<FileIdentity, MappedFile> found) {
        atPath(path).filter(file -> !found.containsKey(file.identity())).ifPresent(file -> {
            try (var elf = ElfFile.open(file.file())) {
                if (elf.machine() == ElfFile.MACHINE_X86_64) {
                    found.put(file.identity(), file);
                }
            } catch (ElfException e) {
                return;
            }
        });
    }

    private Optional<MappedFile> atPath(String path) {
        Optional<String> canonical = root.canonical(path);
        Optional<Path> file = canonical.flatMap(root::outside);
        return file.flatMap(FileIdentity::of)
                .map(identity -> new MappedFile(canonical.get(), file.get(), identity, root));
    }

    private List<LdSoCache.Entry> cache() {
        try {
            return content(CACHE).map(LdSoCache::parse).orElse(List.of());
        } catch (IllegalArgumentException e) {
            // The dynamic linker, too, goes on without a cache that it cannot read.
            return List.of();
        }
    }

    /** Each once: most systems have merged some of them by links. */
    private Collection<String> folders() {
        var folders = new ArrayList<>(FOLDERS);
        content(MUSL_PATH)
                .ifPresent(content -> Stream.of(new String(content, StandardCharsets.UTF_8).split("[:\n]"))
                        .filter(folder -> folder.startsWith("/")).forEach(folders::add));
        Map<Optional<String>, String> distinct = new LinkedHashMap<>();
        folders.forEach(folder -> distinct.putIfAbsent(root.canonical(folder), folder));
        return distinct.values();
    }

    /** Of regular files only, and of bounded size: in a container they may be anything. */
    private Optional<byte[]> content(String path) {
        try {
            Optional<Path> file = root.find(path).filter(Files::isRegularFile);
            if (file.isEmpty() || Files.size(file.get()) > MAXIMUM_FILE_SIZE) {
                return Optional.empty();
            }
            return Optional.of(Files.readAllBytes(file.get()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<String> namesIn(String folder) {
        return root.find(folder).map(path -> path.toFile().list()).map(List::of).orElse(List.of());
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
