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
public record Attachment(String program, AttachSpec spec, String place, int sites, Optional<Skip> skipped) {

    /** What kept a probe from being attached. */
    public enum Reason {
        /** The file, function, event or process is not there. */
        NOT_FOUND,
        /** The process has not loaded the file; if it does, the probe is attached. */
        NOT_LOADED,
        /** The kernel does not let this user. */
        NOT_PERMITTED,
        /** This kernel, or this version of bpf4j, cannot. */
        UNSUPPORTED,
        /** The kernel could not, and said so by an error number. */
        FAILED
    }

    /**
     * Why a probe is not attached.
     *
     * @param text the same for people, half a sentence in lower case
     */
    public record Skip(Reason reason, String text) {}

    /** A probe that is attached. */
    public static Attachment made(String program, AttachSpec spec, String place, int sites) {
        return new Attachment(program, spec, place, sites, Optional.empty());
    }

    /** A probe that is not. */
    public static Attachment skipped(String program, AttachSpec spec, String place, Skip skip) {
        return new Attachment(program, spec, place, 0, Optional.of(skip));
    }

    /** Returns whether the probe is attached as soon as the process loads the file. */
    public boolean waits() {
        return skipped.filter(skip -> skip.reason() == Reason.NOT_LOADED).isPresent();
    }

    /** Returns whether the probe is attached. */
    public boolean attached() {
        return skipped.isEmpty();
    }

    /** Returns why it is not attached, for people; empty if it is. */
    public String whyNot() {
        return skipped.map(Skip::text).orElse("");
    }
}
