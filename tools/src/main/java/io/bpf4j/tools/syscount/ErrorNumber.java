package io.bpf4j.tools.syscount;

import io.bpf4j.loader.sys.Errno;
import io.bpf4j.tools.common.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an error number, or its name in either case: {@code 2}, {@code -2}, {@code ENOENT}. */
final class ErrorNumber implements ITypeConverter<Integer> {

    /** The largest that a system call can return (include/linux/err.h, MAX_ERRNO). */
    private static final int LARGEST = 4095;

    /**
     * Second names (include/uapi/asm-generic/errno.h), and the numbers by which the kernel tells itself to restart an
     * interrupted call (include/linux/errno.h): programs never see those, tracepoints do.
     */
    private static final Map<String, Integer> OTHER_NAMES = Map.of("EWOULDBLOCK", Errno.EAGAIN.number(),
            "EDEADLOCK", Errno.EDEADLK.number(), "ENOTSUP", Errno.EOPNOTSUPP.number(),
            "ERESTARTSYS", 512, "ERESTARTNOINTR", 513, "ERESTARTNOHAND", 514, "ERESTART_RESTARTBLOCK", 516);

    @Override
    public Integer convert(String text) {
        if (text.matches("-?\\d{1,9}")) {
            int number = Math.abs(Integer.parseInt(text));
            if (number < 1 || number > LARGEST) {
                throw new TypeConversionException("'" + text + "' is not an error number: they go from 1 to "
                        + LARGEST);
            }
            return number;
        }
        return named(text.toUpperCase(Locale.ROOT));
    }

    private static int named(String name) {
        List<String> names = new ArrayList<>(OTHER_NAMES.keySet());
        for (Errno errno : Errno.values()) {
            if (errno != Errno.UNKNOWN) {
                if (errno.name().equals(name)) {
                    return errno.number();
                }
                names.add(errno.name());
            }
        }
        Integer other = OTHER_NAMES.get(name);
        if (other != null) {
            return other;
        }
        List<String> near = Suggestions.nearest(name, names);
        throw new TypeConversionException("'" + name + "' is not the name of an error"
                + (near.isEmpty() ? ", as ENOENT is" : "; did you mean " + String.join(" or ", near) + "?"));
    }
}
