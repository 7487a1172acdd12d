package io.bpf4j.tools.syscount;

import io.bpf4j.tools.common.DurationOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is counted for each line, and which lines are shown when. A picocli mixin. */
final class View {
    private static final int USUAL_TOP = 10;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = {"-i", "--interval"}, paramLabel = "TIME", converter = Interval.class,
            description = "print and start again after each TIME, such as 1 or 500ms; 0 = only at the end (default)")
    private Duration interval = Duration.ZERO;

    @Option(names = {"-T", "--top"}, paramLabel = "N",
            description = "print only the first N lines (default: 10; with --format json: all)")
    private Integer top;

    @Option(names = {"-L", "--latency"}, description = "measure how long calls take, and sort by that")
    private boolean latency;

    @Option(names = {"-m", "--milliseconds"},
            description = "show times in milliseconds (default: microseconds)")
    private boolean milliseconds;

    @Option(names = {"-P", "--process"}, description = "count by process instead of by system call")
    private boolean byProcess;

    /** Checks what picocli cannot. */
    void check() {
        if (top != null && top < 1) {
            throw new ParameterException(spec.commandLine(),
                    "'" + top + "' is not a number of lines: 1 or more");
        }
    }

    /** Returns the time between two readings; empty for one reading at the end. */
    Optional<Duration> interval() {
        return interval.isZero() ? Optional.empty() : Optional.of(interval);
    }

    int top() {
        return top == null ? USUAL_TOP : top;
    }

    /** Returns the limit that the user set. */
    OptionalInt chosenTop() {
        return top == null ? OptionalInt.empty() : OptionalInt.of(top);
    }

    boolean latency() {
        return latency;
    }

    boolean milliseconds() {
        return milliseconds;
    }

    boolean byProcess() {
        return byProcess;
    }

    /** Returns the rows as they are to be shown, at most {@code limit}. */
    List<Row> sorted(List<Row> rows, int limit) {
        Comparator<Row> order = latency ? Row.BY_TIME : Row.BY_COUNT;
        return rows.stream().sorted(order).limit(limit).toList();
    }

    /** Reads what {@code -d} takes, and 0. */
    static final class Interval implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return text.equals("0") ? Duration.ZERO : new DurationOption.Converter().convert(text);
        }
    }
}
