package io.bpf4j.loader.elf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * From names to places and back for one file and its separate debug file. Rung by rung: the dynamic symbols, the full
 * table, the debug file of the same build id, the debug file of the debug link; see {@link SymbolSource}. Owns the
 * files that it opens; safe for many threads.
 *
 * <pre>{@code
 * try (var resolver = SymbolResolver.open(Path.of("/usr/bin/python3"))) {
 *     long offset = resolver.find("_PyEval_EvalFrameDefault").orElseThrow().fileOffset();
 * }
 * }</pre>
 */
public final class SymbolResolver implements AutoCloseable {

    /** One symbol table and where it is from. */
    private record Rung(SymbolSource source, ElfFile file, SymbolTable table) {}

    private final ElfFile file;
    private final String path;
    private final DebugFiles debugFiles;
    private List<Rung> ownRungs;
    private Optional<Rung> debugRung;
    private SymbolIndex index;

    private SymbolResolver(ElfFile file, String path, DebugFiles debugFiles) {
        this.file = file;
        this.path = path;
        this.debugFiles = debugFiles;
    }

    /** Opens a file of our own file system. */
    public static SymbolResolver open(Path file) {
        ElfFile opened = ElfFile.open(file);
        return new SymbolResolver(opened, realPath(file), new DebugFiles(FileLookup.HOST));
    }

    private static String realPath(Path file) {
        try {
            return file.toRealPath().toString();
        } catch (IOException e) {
            // Open, but its path is gone since: then there is nothing beside it either.
            return file.toAbsolutePath().toString();
        }
    }

    /**
     * Opens a file of another process.
     *
     * @param file   a path by which we can open it
     * @param path   its absolute path as the process sees it, beside which debug files are searched
     * @param lookup the file system of the process
     */
    public static SymbolResolver open(Path file, String path, FileLookup lookup) {
        return new SymbolResolver(ElfFile.open(file), path, new DebugFiles(lookup));
    }

    /** The file with the code; closed together with this resolver. */
    public ElfFile file() {
        return file;
    }

    /**
     * The function or label with this exact name. Where there are several, the default version is taken, and a global
     * one rather than a local one.
     *
     * @param name mangled, optionally with {@code @VERSION}
     */
    public Optional<ResolvedSymbol> find(String name) {
        List<ResolvedSymbol> found = findAll(name);
        ResolvedSymbol best = found.isEmpty() ? null : found.get(0);
        for (ResolvedSymbol other : found) {
            if (isBetter(other.symbol(), best.symbol())) {
                best = other;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isBetter(Symbol left, Symbol right) {
        if (left.defaultVersion() != right.defaultVersion()) {
            return left.defaultVersion();
        }
        return left.binding().compareTo(right.binding()) < 0;
    }

    /** All places with this exact name, from the first rung that has any. */
    public List<ResolvedSymbol> findAll(String name) {
        for (Rung rung : ownRungs()) {
            List<ResolvedSymbol> found = resolve(rung, rung.table.find(name));
            if (!found.isEmpty()) {
                return found;
            }
        }
        Optional<Rung> debug = debugRung();
        return debug.isPresent() ? resolve(debug.get(), debug.get().table.find(name)) : List.of();
    }

    /** All functions and labels that fit the pattern, from all rungs, each name and place once. */
    public List<ResolvedSymbol> matching(NamePattern pattern) {
        var rungs = new ArrayList<>(ownRungs());
        debugRung().ifPresent(rungs::add);
        record Key(String name, long fileOffset) {}
        var found = new LinkedHashMap<Key, ResolvedSymbol>();
        for (Rung rung : rungs) {
            for (ResolvedSymbol resolved : resolve(rung, rung.table.matching(pattern))) {
                found.putIfAbsent(new Key(resolved.symbol().name(), resolved.fileOffset()), resolved);
            }
        }
        return List.copyOf(found.values());
    }

    /** All names of the same place, {@code resolved} included, as far as its own table knows them. */
    public List<ResolvedSymbol> aliases(ResolvedSymbol resolved) {
        var rungs = new ArrayList<>(ownRungs());
        debugRung().ifPresent(rungs::add);
        return rungs.stream().filter(rung -> rung.source == resolved.source())
                .flatMap(rung -> resolve(rung, rung.table.at(resolved.symbol().address())).stream()).toList();
    }

    /** From file offsets to names, over the fullest table that there is; made at the first call and kept. */
    public synchronized SymbolIndex index() {
        if (index == null) {
            List<Rung> own = ownRungs();
            index = debugRung()
                    .or(() -> own.isEmpty() ? Optional.empty() : Optional.of(own.get(own.size() - 1)))
                    .map(rung -> SymbolIndex.of(file, rung.table)).orElse(SymbolIndex.EMPTY);
        }
        return index;
    }

    private List<ResolvedSymbol> resolve(Rung rung, List<Symbol> symbols) {
        var resolved = new ArrayList<ResolvedSymbol>();
        for (Symbol symbol : symbols) {
            OptionalLong offset = symbol.type().isCode()
                    ? file.fileOffset(symbol.address())
                    : OptionalLong.empty();
            if (offset.isPresent()) {
                resolved.add(new ResolvedSymbol(symbol, file.path(), offset.getAsLong(), rung.source,
                        rung.file.path()));
            }
        }
        return resolved;
    }

    private synchronized List<Rung> ownRungs() {
        if (ownRungs == null) {
            var rungs = new ArrayList<Rung>();
            Optional<SymbolTable> dynamic = file.dynamicSymbols();
            if (dynamic.isPresent()) {
                rungs.add(new Rung(SymbolSource.DYNAMIC, file, dynamic.get()));
            }
            Optional<SymbolTable> full = file.fullSymbols();
            if (full.isPresent()) {
                rungs.add(new Rung(SymbolSource.FULL, file, full.get()));
            }
            ownRungs = List.copyOf(rungs);
        }
        return ownRungs;
    }

    /** Looked for only when the file's own tables do not suffice: a checksum over a large debug file takes time. */
    private synchronized Optional<Rung> debugRung() {
        if (debugRung == null && !file.isStripped()) {
            debugRung = Optional.empty();
        }
        if (debugRung == null) {
            debugRung = rung(SymbolSource.BUILD_ID, debugFiles.byBuildId(file));
            if (debugRung.isEmpty()) {
                debugRung = rung(SymbolSource.DEBUG_LINK, debugFiles.byDebugLink(file, path));
            }
        }
        return debugRung;
    }

    private static Optional<Rung> rung(SymbolSource source, Optional<ElfFile> debug) {
        Optional<Rung> rung = debug
                .flatMap(open -> open.fullSymbols().map(table -> new Rung(source, open, table)));
        if (rung.isEmpty()) {
            debug.ifPresent(ElfFile::close);
        }
        return rung;
    }

    @Override
    public synchronized void close() {
        if (debugRung != null) {
            debugRung.ifPresent(rung -> rung.file.close());
        }
        file.close();
    }
}
