package io.bpf4j.loader;

import io.bpf4j.vm.program.AttachSpec;
import java.util.Optional;

/**
 * What became of one probe point at one place.
 *
 * @param program the program's name
 * @param place where exactly, for people: {@code /usr/lib/libssl.so.3:SSL_write (pid 42)}; empty if none was found
 * @param sites how many instructions carry the probe
 * @param skipped why it is not attached; empty if it is
 */
public record Attachment(String program, AttachSpec spec, String place, int sites, Optional<String> skipped) {

    /** A probe that is attached. */
    public static Attachment made(String program, AttachSpec spec, String place, int sites) {
        return new Attachment(program, spec, place, sites, Optional.empty());
    }

    /** A probe that is not. */
    public static Attachment skipped(String program, AttachSpec spec, String place, String reason) {
        return new Attachment(program, spec, place, 0, Optional.of(reason));
    }

    /** Returns whether the probe is attached. */
    public boolean attached() {
        return skipped.isEmpty();
    }
}
