package io.bpf4j.vm.program;

/** Where a program is to run: what the source says, not yet looked up on any machine. */
public sealed interface AttachSpec {

    /** The spelling in probe source, such as {@code uprobe:libssl:SSL_write}. */
    String spelling();

    /**
     * A place in user code.
     *
     * @param path a file, a library's short name, or empty for the executable of the traced process
     * @param symbol the function, possibly a pattern with {@code *}; empty if {@code offset} is an offset
     * in the file
     * @param offset bytes after the symbol
     */
    record Uprobe(String path, String symbol, long offset, Site site) implements AttachSpec {
        /** Which moment of the function. */
        public enum Site {
            ENTRY("uprobe"),
            RETURN("uretprobe"),
            /** Each return instruction of a Go function, whose stacks a return probe would break. */
            GO_RETURN("goret");

            private final String keyword;

            Site(String keyword) {
                this.keyword = keyword;
            }

            /** Returns the word of the probe language. */
            public String keyword() {
                return keyword;
            }
        }

        /** Returns whether both are on the same function, at whichever moments of it. */
        public boolean isInFunctionOf(Uprobe other) {
            return path.equals(other.path) && symbol.equals(other.symbol) && offset == other.offset;
        }

        /** Returns the same point in another file. */
        public Uprobe in(String otherPath) {
            return new Uprobe(otherPath, symbol, offset, site);
        }

        @Override
        public String spelling() {
            String place = symbol.isEmpty()
                    ? "0x" + Long.toHexString(offset)
                    : offset == 0 ? symbol : symbol + "+" + offset;
            return site.keyword() + ":" + path + ":" + place;
        }
    }

    /** A statically defined marker in user code. */
    record Usdt(String path, String provider, String name) implements AttachSpec {
        /** Returns the same marker in another file. */
        public Usdt in(String otherPath) {
            return new Usdt(otherPath, provider, name);
        }

        @Override
        public String spelling() {
            return "usdt:" + path + ":" + provider + ":" + name;
        }
    }

    /** A tracepoint of the kernel, with the record that tracefs describes. */
    record Tracepoint(String category, String name) implements AttachSpec {
        @Override
        public String spelling() {
            return "tracepoint:" + category + ":" + name;
        }
    }

    /** A tracepoint of the kernel, with its raw arguments. */
    record RawTracepoint(String name) implements AttachSpec {
        @Override
        public String spelling() {
            return "raw_tracepoint:" + name;
        }
    }

    /** A function of the kernel, through a breakpoint. */
    record Kprobe(String function, long offset, boolean atReturn) implements AttachSpec {
        @Override
        public String spelling() {
            return (atReturn ? "kretprobe:" : "kprobe:") + function + (offset == 0 ? "" : "+" + offset);
        }
    }

    /** A function of the kernel, through its trampoline. */
    record Fentry(String function, boolean atExit) implements AttachSpec {
        @Override
        public String spelling() {
            return (atExit ? "fexit:" : "fentry:") + function;
        }
    }

    /** A sample of whatever runs, on every CPU, a number of times a second. */
    record Profile(long hertz) implements AttachSpec {
        @Override
        public String spelling() {
            return "profile:hz:" + hertz;
        }
    }

    /** Once, somewhere, every so many nanoseconds. */
    record Interval(long nanoseconds) implements AttachSpec {
        @Override
        public String spelling() {
            return "interval:ns:" + nanoseconds;
        }
    }

    /** Once, before any other program is attached. */
    record Begin() implements AttachSpec {
        @Override
        public String spelling() {
            return "begin";
        }
    }

    /** Once, after every other program is detached. */
    record End() implements AttachSpec {
        @Override
        public String spelling() {
            return "end";
        }
    }

    /** Nowhere: it runs when somebody runs it by hand. */
    record Manual() implements AttachSpec {
        @Override
        public String spelling() {
            return "manual";
        }
    }

    /**
     * A place of a kind that is not the probe language's, or no place at all.
     *
     * @param section the name of the program's section in its object file
     */
    record Other(String section) implements AttachSpec {
        @Override
        public String spelling() {
            return section;
        }
    }
}
