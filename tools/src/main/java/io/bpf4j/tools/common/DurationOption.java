package io.bpf4j.tools.common;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code -d/--duration}, as a picocli mixin. */
public final class DurationOption {

    @Option(names = {"-d",
        "--duration"}, paramLabel = "TIME", converter = Converter.class,
            description = "end after TIME: seconds, or a number with ms, s, m or h")
    private Duration duration;

    /** Returns the time after which to end; empty for never. */
    public Optional<Duration> duration() {
        return Optional.ofNullable(duration);
    }

    /** Reads {@code 10}, {@code 1.5s}, {@code 500ms}, {@code 2m} or {@code 1h}; zero is no duration. */
    public static final class Converter implements ITypeConverter<Duration> {

        private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|)");
        private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);
        private static final Map<String, Long> NANOSECONDS = Map.of("ms", 1_000_000L, "s", 1_000_000_000L,
                "", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

        @Override
        public Duration convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a time such as 10, 1.5s, 500ms or 2m");
            }
            BigDecimal unit = BigDecimal.valueOf(NANOSECONDS.get(matcher.group(2)));
            BigDecimal nanoseconds = new BigDecimal(matcher.group(1)).multiply(unit);
            if (nanoseconds.signum() == 0) {
                throw new TypeConversionException("'" + text + "' is no time at all");
            }
            return Duration.ofNanos(nanoseconds.min(LONGEST).longValue());
        }
    }
}
