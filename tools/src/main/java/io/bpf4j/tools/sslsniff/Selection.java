package io.bpf4j.tools.sslsniff;

import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.GlobalValues;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the options ask for: which of the probe's programs, with which constants, in which files. */
record Selection(SniffOptions options) {

    /** The ring for whole calls: 32 of the largest. */
    private static final int LARGE_RING = 32 << 20;

    private static final String HANDSHAKE = "SSL_do_handshake";
    private static final String RING = "events";

    /** How a probe point names the executable of the traced process. */
    private static final String EXECUTABLE = "exe";

    /** Returns the unit with the wanted programs and constants only. */
    ProgramUnit tailor(ProgramUnit unit) {
        ProgramUnit tailored = unit.withPrograms(
                unit.programs().stream().filter(program -> wanted(program.attach())).toList());
        tailored = GlobalValues.set(tailored, "max_bytes", Integer.toString(options.maximumBytes()));
        if (options.uid().isPresent()) {
            tailored = GlobalValues.set(tailored, "only_uid", Long.toString(options.uid().get()));
        }
        return options.maximumBytes() > SniffOptions.LARGEST_BUFFER ? withLargeRing(tailored) : tailored;
    }

    private boolean wanted(AttachSpec spec) {
        return libraryOf(spec).filter(options.families()::contains).isPresent()
                && (options.handshake() || !symbolOf(spec).equals(HANDSHAKE));
    }

    /** Returns the library that a probe point is in. */
    static Optional<Library> libraryOf(AttachSpec spec) {
        return spec instanceof AttachSpec.Uprobe uprobe
                ? Arrays.stream(Library.values()).filter(library -> library.file().equals(uprobe.path()))
                        .findFirst()
                : Optional.empty();
    }

    /** Returns the function that a probe point is on. */
    static String symbolOf(AttachSpec spec) {
        return spec instanceof AttachSpec.Uprobe uprobe ? uprobe.symbol() : spec.spelling();
    }

    private static ProgramUnit withLargeRing(ProgramUnit unit) {
        return unit.withMaps(
                unit.maps().stream().map(map -> map.name().equals(RING) ? enlarged(map) : map).toList());
    }

    private static MapSpec enlarged(MapSpec map) {
        return new MapSpec(map.name(), map.kind(), map.key(), map.value(), LARGE_RING, map.flags(),
                map.role());
    }

    /**
     * Returns where to look for the libraries: under their own names, in the files that the user named, and in the
     * executables of the targets, into which OpenSSL is often linked.
     */
    SessionOptions places(List<Target> targets) {
        Map<String, List<String>> files = new HashMap<>();
        for (Library library : options.families()) {
            List<String> where = new ArrayList<>();
            if (options.named().contains(library)) {
                where.add(library.file());
                if (!targets.isEmpty()) {
                    where.add(EXECUTABLE);
                }
            }
            options.extraLibraries().stream().filter(extra -> extra.library() == library)
                    .forEach(extra -> where.add(extra.path()));
            files.put(library.file(), where);
        }
        return new SessionOptions(targets, files);
    }
}
