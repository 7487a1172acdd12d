package io.bpf4j.loader.proc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a process has mapped, at the moment of asking.
 *
 * @param pid      the process
 * @param mappings in the order of their addresses
 */
public record MemoryMaps(int pid, List<Mapping> mappings) {

    /** Copies the list. */
    public MemoryMaps {
        mappings = List.copyOf(mappings);
    }

    /**
     * Reads {@code /proc/PID/maps}.
     *
     * @throws NoSuchProcessException when there is no such process
     * @throws ProcessAccessException when it is not ours to look into
     */
    public static MemoryMaps of(int pid) {
        var mappings = new ArrayList<Mapping>();
        for (String line : new ProcFolder(pid).text("maps").split("\n")) {
            if (!line.isEmpty()) {
                mappings.add(Mapping.parse(line));
            }
        }
        return new MemoryMaps(pid, mappings);
    }

    /** The mapping that holds {@code address}. */
    public Optional<Mapping> at(long address) {
        int low = 0;
        int high = mappings.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Mapping mapping = mappings.get(middle);
            if (mapping.contains(address)) {
                return Optional.of(mapping);
            }
            if (Long.compareUnsigned(address, mapping.start()) < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return Optional.empty();
    }

    /** One executable mapping of each file, in the order of their addresses. */
    public List<Mapping> codeFiles() {
        var seen = new HashSet<FileIdentity>();
        return mappings.stream().filter(mapping -> mapping.hasFile() && mapping.isExecutable())
                .filter(mapping -> seen.add(new FileIdentity(mapping.device(), mapping.inode()))).toList();
    }
}
