package io.bpf4j.tools.session;

import io.bpf4j.loader.Session;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Tells what happens to the targets of a session, each thing once, if the user wants to know. */
public final class SessionNotes {
    private final Session session;
    private final boolean wanted;
    private final Consumer<String> lines;
    private final Set<String> told = new HashSet<>();

    /**
     * Tells about a session.
     *
     * @param wanted whether to tell at all
     * @param lines takes each line
     */
    public SessionNotes(Session session, boolean wanted, Consumer<String> lines) {
        this.session = session;
        this.wanted = wanted;
        this.lines = lines;
    }

    /** Tells what is new. */
    public void tell() {
        if (wanted) {
            session.notes().stream().filter(told::add).forEach(note -> lines.accept("note: " + note));
        }
    }
}
