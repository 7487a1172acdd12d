package io.bpf4j.bench.compare.result;

import io.bpf4j.tools.common.Output;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Says on a terminal how far a measurement is, in one line that changes. */
public final class Progress {

    private static final long PAUSE = Duration.ofMillis(100).toNanos();
    private static final int BAR = 24;

    private final boolean shown;
    private final PrintStream out;
    private long began = System.nanoTime();
    private long last;
    private int longest;

    /** Writes to standard error, if that is a terminal. */
    public Progress() {
        this.shown = Output.isTerminal(2);
        this.out = System.err;
    }

    /** Begins to count the time of something new. */
    public void begin() {
        began = System.nanoTime();
    }

    /** Says that a share, from 0 to 1, is done, and what comes next. */
    public void at(double share, String what) {
        long now = System.nanoTime();
        if (!shown || now - last < PAUSE) {
            return;
        }
        last = now;
        long left = share <= 0 ? 0 : (long) ((now - began) / share * (1 - share));
        int filled = (int) (share * BAR);
        String line = String.format(Locale.ROOT, "[%s%s] %3.0f %%  %d s left  %s", "#".repeat(filled),
                ".".repeat(BAR - filled), 100 * share, Duration.ofNanos(left).toSeconds(), what);
        longest = Math.max(longest, line.length());
        out.print("\r" + line + " ".repeat(longest - line.length()));
        out.flush();
    }

    /** Takes the line away. */
    public void end() {
        if (shown && longest > 0) {
            out.print("\r" + " ".repeat(longest) + "\r");
            out.flush();
            longest = 0;
        }
    }
}
