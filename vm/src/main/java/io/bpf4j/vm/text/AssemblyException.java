package io.bpf4j.vm.text;

import java.util.List;
import java.util.stream.Collectors;

/** Text that is not a program; has all the mistakes that were found, by rising line. */
public final class AssemblyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * One mistake.
     *
     * @param line from 1
     * @param column from 1
     * @param message what was expected, in lower case, without place
     */
    public record Problem(int line, int column, String message) {
        @Override
        public String toString() {
            return line + ":" + column + ": error: " + message;
        }
    }

    AssemblyException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Returns the mistakes, at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
