package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree.Part;
import io.bpf4j.compiler.ast.DeclarationTree.Point;
import io.bpf4j.compiler.check.CheckOptions.TracepointAccess;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.abi.CallConvention;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.AttachSpec.Uprobe.Site;
import io.bpf4j.vm.type.AddressSpace;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From a written probe point to where it attaches and what it is given there. */
record PointReader(CheckOptions options) {

    /** The kinds of probe and how they are written. */
    private static final Map<String, String> FORMS = new TreeMap<>(Map.ofEntries(
            Map.entry("uprobe", "uprobe:PATH:SYMBOL"), Map.entry("uretprobe", "uretprobe:PATH:SYMBOL"),
            Map.entry("goret", "goret:PATH:\"package.Function\""),
            Map.entry("usdt", "usdt:PATH:PROVIDER:NAME"),
            Map.entry("tracepoint", "tracepoint:CATEGORY:NAME"),
            Map.entry("raw_tracepoint", "raw_tracepoint:NAME"),
            Map.entry("kprobe", "kprobe:FUNCTION"), Map.entry("kretprobe", "kretprobe:FUNCTION"),
            Map.entry("fentry", "fentry:FUNCTION"), Map.entry("fexit", "fexit:FUNCTION"),
            Map.entry("profile", "profile:hz:99"), Map.entry("interval", "interval:s:1"),
            Map.entry("begin", "begin"),
            Map.entry("end", "end")));
    private static final Pattern OFFSET = Pattern
            .compile("(?<symbol>.+)\\+(?<offset>0[xX][0-9a-fA-F]{1,15}|\\d{1,18})");
    private static final Pattern ADDRESS = Pattern.compile("0[xX][0-9a-fA-F]{1,15}");
    /** What compilers append to C functions with a dot; other dots are those of Go's packages. */
    private static final Pattern C_SUFFIX = Pattern
            .compile("[^.]*(\\.(part|isra|constprop|cold|llvm|lto_priv|localalias)(\\.\\w+)?)*(@.*)?");
    private static final long MAXIMUM_HERTZ = 100_000;

    ProbePlan read(Point point) {
        Part kind = point.parts().getFirst();
        String form = FORMS.get(kind.text());
        if (form == null) {
            throw new Mistake(kind.at(), "probe", "unknown kind of probe '" + kind.text() + "'"
                    + Suggestion.of(kind.text(), FORMS.keySet()),
                    "the kinds are " + String.join(", ", FORMS.keySet()));
        }
        int parts = (int) form.chars().filter(character -> character == ':').count() + 1;
        if (point.parts().size() != parts) {
            throw new Mistake(point.at(), "probe", "this probe point is written " + form,
                    point.parts().size() > parts
                            ? "put names that contain a colon into quotes"
                            : "PATH may be empty or 'exe' for the traced program itself");
        }
        for (Part part : point.parts()) {
            boolean path = part == point.parts().get(Math.min(1, parts - 1)) && parts > 2;
            if (part.text().isEmpty() && !path) {
                throw new Mistake(part.at(), "probe",
                        "a part of this probe point is empty; it is written " + form);
            }
        }
        return plan(point, kind.text());
    }

    private ProbePlan plan(Point point, String kind) {
        return switch (kind) {
            case "uprobe" -> uprobe(point, Site.ENTRY);
            case "uretprobe" -> uprobe(point, Site.RETURN);
            case "goret" -> uprobe(point, Site.GO_RETURN);
            case "usdt" -> new ProbePlan(identifier(text(point, 2) + "_" + text(point, 3)),
                    new AttachSpec.Usdt(path(point), text(point, 2), text(point, 3)), ProgramType.KPROBE,
                    new UsdtContext());
            case "tracepoint" -> tracepoint(point);
            case "raw_tracepoint" ->
                new ProbePlan(identifier(text(point, 1)), new AttachSpec.RawTracepoint(text(point, 1)),
                        ProgramType.RAW_TRACEPOINT, new ProbeContext.Slots(declared(point), false));
            case "kprobe" -> kprobe(point, false);
            case "kretprobe" -> kprobe(point, true);
            case "fentry", "fexit" -> fentry(point, kind.equals("fexit"));
            case "profile" -> profile(point);
            case "interval" -> interval(point);
            default ->
                new ProbePlan(kind, kind.equals("begin") ? new AttachSpec.Begin() : new AttachSpec.End(),
                        ProgramType.RAW_TRACEPOINT, new ProbeContext.Empty(false));
        };
    }

    /** The places of arguments stand in the traced file's notes, which a compiler does not see. */
    private record UsdtContext() implements ProbeContext {
        @Override
        public AddressSpace remote() {
            return AddressSpace.USER;
        }

        @Override
        public Expression argument(int index, Span at) {
            throw new Mistake(at, "probe", "the arguments of usdt probes are not supported in this version");
        }
    }

    private static int declared(Point point) {
        return point.parameters().map(List::size).orElse(-1);
    }

    private static String text(Point point, int index) {
        Part part = point.parts().get(index);
        return part.quoted()
                ? new String(part.text().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                : part.text();
    }

    private static String path(Point point) {
        String path = text(point, 1);
        return path.equals("exe") ? "" : path;
    }

    static String identifier(String text) {
        String plain = text.replaceAll("[^A-Za-z0-9_]+", "_").replaceAll("^_+(?=.)|_+$", "");
        return plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "p" + plain : plain;
    }

    private static ProbePlan uprobe(Point point, Site site) {
        String symbol = text(point, 2);
        long offset = 0;
        Matcher matcher = OFFSET.matcher(symbol);
        boolean address = ADDRESS.matcher(symbol).matches();
        if (address) {
            offset = Long.decode(symbol);
        } else if (matcher.matches()) {
            symbol = matcher.group("symbol");
            offset = matcher.group("offset").startsWith("0x") || matcher.group("offset").startsWith("0X")
                    ? Long.decode(matcher.group("offset"))
                    : Long.parseLong(matcher.group("offset"));
        }
        if (site != Site.ENTRY && (offset != 0 || address)) {
            throw new Mistake(point.parts().get(2).at(), "probe",
                    "a return probe needs a function, not an offset in it");
        }
        boolean go = site == Site.GO_RETURN || !address && !C_SUFFIX.matcher(symbol).matches();
        if (site == Site.RETURN && go) {
            throw new Mistake(point.parts().get(2).at(), "probe",
                    "a uretprobe breaks the stacks of Go programs",
                    "use goret");
        }
        CallConvention convention = go ? CallConvention.GO : CallConvention.SYSTEM_V;
        String suffix = site == Site.ENTRY
                ? offset == 0 || address ? "_entry" : "_" + Long.toHexString(offset)
                : "_return";
        return new ProbePlan(identifier(symbol) + suffix,
                new AttachSpec.Uprobe(path(point), address ? "" : symbol, offset, site), ProgramType.KPROBE,
                new ProbeContext.Registers(convention, site != Site.ENTRY, AddressSpace.USER));
    }

    private static ProbePlan kprobe(Point point, boolean atReturn) {
        String function = text(point, 1);
        Matcher matcher = OFFSET.matcher(function);
        long offset = 0;
        if (matcher.matches()) {
            function = matcher.group("symbol");
            offset = Long.decode(matcher.group("offset"));
        }
        if (atReturn && offset != 0) {
            throw new Mistake(point.parts().get(1).at(), "probe",
                    "a return probe needs a function, not an offset in it");
        }
        return new ProbePlan(identifier(function) + (atReturn ? "_return" : "_entry"),
                new AttachSpec.Kprobe(function, offset, atReturn), ProgramType.KPROBE,
                new ProbeContext.Registers(CallConvention.SYSTEM_V, atReturn, AddressSpace.KERNEL));
    }

    private static ProbePlan fentry(Point point, boolean atExit) {
        String function = text(point, 1);
        return new ProbePlan(identifier(function) + (atExit ? "_exit" : "_entry"),
                new AttachSpec.Fentry(function, atExit), ProgramType.TRACING,
                new ProbeContext.Slots(declared(point), atExit));
    }

    private ProbePlan tracepoint(Point point) {
        String category = text(point, 1);
        String name = text(point, 2);
        if (category.isEmpty()) {
            throw new Mistake(point.at(), "probe", "this probe point is written " + FORMS.get("tracepoint"));
        }
        boolean raw = category.equals("raw_syscalls")
                && (name.equals("sys_enter") || name.equals("sys_exit"));
        boolean one = category.equals("syscalls")
                && (name.startsWith("sys_enter_") || name.startsWith("sys_exit_"));
        if (options.access().get() == TracepointAccess.RAW) {
            return rawTracepoint(point, raw, one, name);
        }
        TracepointFormat format = options.formats().find(category, name).orElseThrow(() -> new Mistake(
                point.parts().get(2).at(), "probe", "unknown tracepoint " + category + ":" + name,
                one
                        ? "is there such a system call?"
                        : "'bpf4j probes' lists those of this machine; mount tracefs if it is not"));
        return new ProbePlan(identifier(name), new AttachSpec.Tracepoint(category, name),
                ProgramType.TRACEPOINT,
                new TracepointContext(format));
    }

    private static ProbePlan rawTracepoint(Point point, boolean raw, boolean one, String name) {
        if (!raw && !one) {
            throw new Mistake(point.parts().get(2).at(), "probe",
                    "without tracefs only the tracepoints of system calls can be used",
                    "mount tracefs, or run as root");
        }
        boolean atExit = name.startsWith("sys_exit");
        OptionalInt number = OptionalInt.empty();
        if (one) {
            String call = name.substring(atExit ? "sys_exit_".length() : "sys_enter_".length());
            number = SystemCalls.of("x86_64").number(call);
            if (number.isEmpty()) {
                throw new Mistake(point.parts().get(2).at(), "probe", "unknown system call '" + call + "'"
                        + Suggestion.of(call, SystemCalls.of("x86_64").all().values()));
            }
        }
        return new ProbePlan(identifier(name),
                new AttachSpec.RawTracepoint(atExit ? "sys_exit" : "sys_enter"),
                ProgramType.RAW_TRACEPOINT, new RawSystemCallContext(atExit, raw ? "id" : "__syscall_nr"),
                number);
    }

    private static long number(Point point, int index) {
        String text = text(point, index);
        if (!text.matches("\\d{1,12}") || Long.parseLong(text) == 0) {
            throw new Mistake(point.parts().get(index).at(), "probe", "'" + text + "' is no number above 0");
        }
        return Long.parseLong(text);
    }

    private static ProbePlan profile(Point point) {
        long hertz = number(point, 2);
        if (!text(point, 1).equals("hz") || hertz > MAXIMUM_HERTZ) {
            throw new Mistake(point.at(), "probe",
                    "a profile is written profile:hz:99, with at most " + MAXIMUM_HERTZ);
        }
        return new ProbePlan("profile_" + hertz + "hz", new AttachSpec.Profile(hertz), ProgramType.PERF_EVENT,
                new ProbeContext.Empty(true));
    }

    private static ProbePlan interval(Point point) {
        String unit = text(point, 1);
        long scale = switch (unit) {
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "us" -> 1000L;
            default -> throw new Mistake(point.parts().get(1).at(), "probe", "unknown unit '" + unit + "'",
                    "use s, ms or us");
        };
        long count = number(point, 2);
        if (count > Long.MAX_VALUE / scale) {
            throw new Mistake(point.parts().get(2).at(), "probe", "this interval is too long");
        }
        return new ProbePlan("interval_" + count + unit, new AttachSpec.Interval(count * scale),
                ProgramType.PERF_EVENT,
                new ProbeContext.Empty(true));
    }
}
