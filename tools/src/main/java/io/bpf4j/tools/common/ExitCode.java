package io.bpf4j.tools.common;

/** What a tool tells the shell that started it. */
public enum ExitCode {
    OK(0),
    /** Anything that no other code names. */
    FAILED(1),
    /** The command line, or a probe file that it names, is wrong. */
    USAGE(2),
    /** There is no such process, library, file or symbol to trace. */
    NO_TARGET(3),
    /** The kernel, another user's process or a file does not let us. */
    NO_PERMISSION(4),
    /** The target was found and we may, but not one probe could be put in place. */
    ATTACH_FAILED(5);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** Returns the number, 0 to 5. */
    public int number() {
        return number;
    }
}
