package io.bpf4j.loader.site;

import io.bpf4j.loader.Target;
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

/** Looks probe points up in ELF files. Keeps the symbols of files it has opened until it is closed. */
public final class SiteResolver implements AutoCloseable {
    private static final List<String> EXECUTABLE = List.of("", "exe");

    private final Map<FileIdentity, SymbolResolver> opened = new HashMap<>();

    /** Finds the places of a user probe for a process, or for every process if none is given. */
    public Resolution resolve(AttachSpec.Uprobe spec, Optional<Target> target) {
        return collect(spec.path(), target, spec.symbol(), symbols -> {
            if (spec.symbol().isEmpty()) {
                return List.of(new Place("", 0, spec.offset(), 0));
            }
            return find(symbols, spec.symbol()).stream()
                    .map(found -> place(found, spec.offset()))
                    .toList();
        });
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
        Map<String, Site> sites = new LinkedHashMap<>();
        List<MappedFile> files = files(path, target, problems);
        for (MappedFile file : files) {
            List<Place> places = search(file, search, problems);
            for (Place place : places) {
                sites.putIfAbsent(file.identity() + "+" + place.fileOffset(),
                        new Site(file.file(), file.path(),
                                place.symbol(), place.symbolOffset(), place.fileOffset(),
                                place.semaphoreOffset()));
            }
            if (places.isEmpty()) {
                problems.add(missing(file, symbol));
            }
        }
        return new Resolution(List.copyOf(sites.values()), problems);
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

    private static List<MappedFile> files(String path, Optional<Target> target, List<String> problems) {
        if (EXECUTABLE.contains(path)) {
            return executable(target, problems);
        }
        LibraryFinder finder = target.filter(process -> process.executable().isEmpty())
                .map(process -> LibraryFinder.of(process.pid())).orElseGet(LibraryFinder::host);
        List<MappedFile> found = new ArrayList<>(finder.find(path));
        if (found.isEmpty() && !path.contains("/")) {
            ExecutableFinder.ofEnvironment().find(path).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            problems.add(path.contains("/")
                    ? "there is no file " + path
                    : "no library or program is called " + path);
        }
        return found;
    }

    private static List<MappedFile> executable(Optional<Target> target, List<String> problems) {
        if (target.isEmpty()) {
            problems.add("a probe on the executable needs a process: name it with -p PID or -- COMMAND");
            return List.of();
        }
        return target.get().executable()
                .map(file -> LibraryFinder.within(FileSystemRoot.HOST).find(file.toAbsolutePath().toString()))
                .orElseGet(() -> LibraryFinder.of(target.get().pid()).executable().stream().toList());
    }

    @Override
    public void close() {
        opened.values().forEach(SymbolResolver::close);
        opened.clear();
    }
}
