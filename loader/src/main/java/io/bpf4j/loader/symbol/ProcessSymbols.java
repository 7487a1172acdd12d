package io.bpf4j.loader.symbol;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.proc.FileIdentity;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.ProcessException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The functions of processes by address. Mappings are read once per process and again when an address lies in none
 * of them; symbol tables are kept until closing. A process that has ended can be named only if it was asked about
 * before.
 */
public final class ProcessSymbols implements AutoCloseable {
    private final Map<Integer, MemoryMaps> maps = new HashMap<>();
    private final Map<FileIdentity, Optional<SymbolResolver>> files = new HashMap<>();

    /** Reads the mappings of a process now, so that its addresses can be named after its end. */
    public void remember(int pid) {
        try {
            maps.put(pid, MemoryMaps.of(pid));
        } catch (ProcessException e) {
            maps.putIfAbsent(pid, new MemoryMaps(pid, List.of()));
        }
    }

    /** Names an address of a process. */
    public Frame find(int pid, long address) {
        if (!maps.containsKey(pid)) {
            remember(pid);
        }
        Optional<Mapping> mapping = maps.get(pid).at(address);
        if (mapping.isEmpty()) {
            remember(pid);
            mapping = maps.get(pid).at(address);
        }
        return mapping.map(found -> name(pid, address, found)).orElse(Frame.unknown(address));
    }

    private Frame name(int pid, long address, Mapping mapping) {
        long offset = mapping.fileOffset(address);
        if (!mapping.hasFile()) {
            return new Frame(address, "", address - mapping.start(), mapping.name());
        }
        return symbols(pid, mapping).flatMap(symbols -> symbols.index().find(offset))
                .map(place -> new Frame(address, place.name(), place.offset(), mapping.name()))
                .orElse(new Frame(address, "", offset, mapping.name()));
    }

    private Optional<SymbolResolver> symbols(int pid, Mapping mapping) {
        try {
            return MappedFile.of(pid, mapping)
                    .flatMap(file -> files.computeIfAbsent(file.identity(), identity -> {
                        try {
                            return Optional.of(file.symbols());
                        } catch (ElfException e) {
                            return Optional.empty();
                        }
                    }));
        } catch (ProcessException e) {
            return afterItsEnd(mapping);
        }
    }

    /** The process is gone, but its file may still be where it was. */
    private Optional<SymbolResolver> afterItsEnd(Mapping mapping) {
        Path path = Path.of(mapping.path().orElseThrow());
        return FileIdentity.of(path).filter(identity -> identity.inode() == mapping.inode())
                .flatMap(identity -> files.computeIfAbsent(identity, missing -> {
                    try {
                        return Optional.of(SymbolResolver.open(path));
                    } catch (ElfException e) {
                        return Optional.empty();
                    }
                }));
    }

    @Override
    public void close() {
        files.values().forEach(file -> file.ifPresent(SymbolResolver::close));
        files.clear();
    }
}
