package io.bpf4j.loader.site;

import io.bpf4j.loader.Target;
import io.bpf4j.loader.code.Returns;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.NamePattern;
import io.bpf4j.loader.elf.ResolvedSymbol;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.elf.UsdtProbe;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.proc.FileIdentity;
import io.bpf4j.loader.proc.FileSystemRoot;
import io.bpf4j.loader.proc.LibraryFinder;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.vm.program.AttachSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Looks probe points up in ELF files. Keeps the symbols of files it has opened until it is closed. */
public final class SiteResolver implements AutoCloseable {
    private static final List<String> EXECUTABLE = List.of("", "exe");

    private final Map<FileIdentity, SymbolResolver> opened = new HashMap<>();
    /** What was found for a process, by its id, and a path: probes come in dozens for one library. */
    private final Map<Integer, Map<String, List<MappedFile>>> located = new HashMap<>();
    /** By process, or 0 for what is installed here. */
    private final Map<Integer, LibraryFinder> finders = new HashMap<>();

    /**
     * Finds the places of a user probe for a process, or for every process if none is given: those of a {@code goret}
     * are the function's return instructions.
     */
    public Resolution resolve(AttachSpec.Uprobe spec, Optional<Target> target) {
        return collect(spec.path(), target, spec.symbol(), symbols -> {
            if (spec.symbol().isEmpty()) {
                return List.of(new Place("", 0, spec.offset(), 0));
            }
            return find(symbols, spec.symbol()).stream()
                    .map(found -> place(found, spec.offset()))
                    .flatMap(place -> spec.site() == AttachSpec.Uprobe.Site.GO_RETURN
                            ? returns(symbols, place)
                            : Stream.of(place))
                    .toList();
        });
    }

    private static Stream<Place> returns(SymbolResolver symbols, Place function) {
        return Returns.of(symbols, function.fileOffset()).stream().map(offset -> new Place(function.symbol(),
                offset - function.fileOffset(), offset, 0));
    }

    /** Finds the places of a static marker. */
    public Resolution resolve(AttachSpec.Usdt spec, Optional<Target> target) {
        return collect(spec.path(), target, "", symbols -> symbols.file().usdtProbes().stream()
                .filter(probe -> probe.provider().equals(spec.provider()) && probe.name().equals(spec.name()))
                .filter(probe -> probe.fileOffset() >= 0)
                .map(SiteResolver::place)
                .toList());
    }

    /** A place within a file that is not named yet. */
    private record Place(String symbol, long symbolOffset, long fileOffset, long semaphoreOffset) {}

    private static Place place(ResolvedSymbol found, long offset) {
        return new Place(found.symbol().name(), offset, found.fileOffset() + offset, 0);
    }

    private static Place place(UsdtProbe probe) {
        return new Place(probe.provider() + ":" + probe.name(), 0, probe.fileOffset(),
                probe.semaphoreFileOffset());
    }

    private static List<ResolvedSymbol> find(SymbolResolver symbols, String name) {
        return name.contains("*") ? symbols.matching(NamePattern.of(name)) : symbols.findAll(name);
    }

    private Resolution collect(String path, Optional<Target> target, String symbol,
            Function<SymbolResolver, List<Place>> search) {
        List<String> problems = new ArrayList<>();
        List<Site> sites = new ArrayList<>();
        List<MappedFile> files = files(path, target);
        for (MappedFile file : files) {
            List<Place> places = search(file, search, problems);
            // Several names may lead to one place.
            Map<Long, Site> inFile = new LinkedHashMap<>();
            for (Place place : places) {
                inFile.putIfAbsent(place.fileOffset(), new Site(file.file(), file.path(), place.symbol(),
                        place.symbolOffset(), place.fileOffset(), place.semaphoreOffset()));
            }
            sites.addAll(inFile.values());
            if (places.isEmpty()) {
                problems.add(missing(file, symbol));
            }
        }
        if (files.isEmpty()) {
            problems.add(notFound(path, target));
        }
        return new Resolution(sites, problems);
    }

    private List<Place> search(MappedFile file, Function<SymbolResolver, List<Place>> search,
            List<String> problems) {
        try {
            return search.apply(opened.computeIfAbsent(file.identity(), identity -> file.symbols()));
        } catch (ElfException e) {
            problems.add(e.getMessage());
            return List.of();
        }
    }

    private String missing(MappedFile file, String symbol) {
        SymbolResolver symbols = opened.get(file.identity());
        String what = symbol.isEmpty() ? "the marker" : "symbol " + symbol;
        String stripped = symbols != null && symbols.file().isStripped() ? " (it is stripped)" : "";
        return file.path() + " has no " + what.replace("the marker", "such marker") + stripped;
    }

    private List<MappedFile> files(String path, Optional<Target> target) {
        int owner = target.map(Target::pid).orElse(0);
        return located.computeIfAbsent(owner, process -> new HashMap<>())
                .computeIfAbsent(path, name -> find(name, target));
    }

    private List<MappedFile> find(String path, Optional<Target> target) {
        if (EXECUTABLE.contains(path)) {
            return executable(target);
        }
        int owner = target.filter(process -> process.executable().isEmpty()).map(Target::pid).orElse(0);
        List<MappedFile> found = finders
                .computeIfAbsent(owner, pid -> pid == 0 ? LibraryFinder.host() : LibraryFinder.of(pid))
                .find(path);
        return !found.isEmpty() || path.contains("/")
                ? found
                : ExecutableFinder.ofEnvironment().find(path).stream().toList();
    }

    private static List<MappedFile> executable(Optional<Target> target) {
        return target.map(process -> process.executable()
                .map(file -> LibraryFinder.within(FileSystemRoot.HOST).find(file.toAbsolutePath().toString()))
                .orElseGet(() -> LibraryFinder.of(process.pid()).executable().stream().toList()))
                .orElse(List.of());
    }

    private static String notFound(String path, Optional<Target> target) {
        if (EXECUTABLE.contains(path)) {
            return target.map(process -> "process " + process.pid() + " has no executable")
                    .orElse("a probe on the executable needs a process: name it with -p PID or -- COMMAND");
        }
        return path.contains("/")
                ? "there is no file " + path
                : "no library or program is called " + path;
    }

    @Override
    public void close() {
        opened.values().forEach(SymbolResolver::close);
        opened.clear();
    }
}
