package io.bpf4j.tools.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.NamePattern;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.elf.UsdtProbe;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.proc.LibraryFinder;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.user.HookSurvey;
import io.bpf4j.loader.user.HookSurvey.How;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bpf4j probes}: what can be probed, as probe points that a probe file can name. */
@Command(name = "probes", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
            "Lists what can be probed: tracepoints of the kernel, functions and static markers of a process"
                    + " or of a file.",
            "A pattern may contain * and ?; it is compared with the part after the file's name."},
        footerHeading = "%nExamples:%n",
        footer = {"  bpf4j probes 'sched:*'", "  bpf4j probes -p 1234 'SSL_*'",
            "  bpf4j probes -p 1234 --user 'SSL_*'", "  bpf4j probes --file libc 'mem*'"})
public final class ProbesCommand implements Callable<Integer> {

    private static final String FUNCTION = "uprobe:";

    @Parameters(index = "0", arity = "0..1", paramLabel = "PATTERN", defaultValue = "*",
            description = "what to list (default: everything)")
    private String pattern = "*";

    @Option(names = {"-p", "--pid"}, paramLabel = "PID",
            description = "the files that this process has mapped")
    private Integer pid;

    @Option(names = "--file", paramLabel = "FILE",
            description = "a file, a library's name or a program's name")
    private String file;

    @Option(names = "--user",
            description = "with -p: say of each whether user mode can put a probe there, and how;"
                    + " and whether it sees the function return")
    private boolean user;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        if (user && pid == null) {
            throw new ParameterException(spec.commandLine(),
                    "--user asks about a process: name it with -p PID");
        }
        NamePattern wanted = NamePattern.of(pattern);
        int found;
        try (Machine machine = new Machine(); Output output = common.open()) {
            Lister lister = new Lister(output, common.json());
            if (pid == null && file == null) {
                tracepoints(machine, wanted, lister);
            } else {
                files().forEach(mapped -> symbols(mapped, wanted, lister));
            }
            found = lister.count;
        }
        if (found == 0) {
            throw new UserError(ExitCode.NO_TARGET, "nothing here matches " + pattern);
        }
        return ExitCode.OK.number();
    }

    /** Prints points, one a line. */
    private static final class Lister {
        private final Output output;
        private final JsonLines lines;
        private int count;

        Lister(Output output, boolean json) {
            this.output = output;
            this.lines = json ? new JsonLines(output) : null;
        }

        void add(String point, Optional<HookSurvey.Finding> finding) {
            count++;
            if (lines == null) {
                output.text(point).text(finding.map(Lister::describe).orElse("")).line();
            } else {
                lines.line(fields -> {
                    fields.writeStringField("point", point);
                    if (finding.isPresent()) {
                        write(fields, finding.get(), point);
                    }
                });
            }
        }

        private static String describe(HookSurvey.Finding finding) {
            if (finding.how() == How.NONE) {
                return "  not: " + finding.why();
            }
            return "  " + finding.how() + (finding.whyNoReturn().isEmpty()
                    ? ""
                    : "; return not: " + finding.whyNoReturn());
        }

        private static void write(JsonGenerator fields, HookSurvey.Finding finding, String point)
                throws IOException {
            fields.writeStringField("user", finding.how().toString());
            if (finding.how() == How.NONE) {
                fields.writeStringField("reason", finding.why());
            } else if (point.startsWith(FUNCTION)) {
                fields.writeBooleanField("return", finding.whyNoReturn().isEmpty());
                if (!finding.whyNoReturn().isEmpty()) {
                    fields.writeStringField("return_reason", finding.whyNoReturn());
                }
            }
        }
    }

    private static void tracepoints(Machine machine, NamePattern wanted, Lister lister) {
        var tracefs = machine.tracefs().orElseThrow(() -> new UserError(ExitCode.NO_PERMISSION,
                "the list of tracepoints cannot be read", "run it as root, or mount tracefs"));
        tracefs.events().stream().filter(wanted::matches).sorted()
                .forEach(event -> lister.add("tracepoint:" + event, Optional.empty()));
    }

    private List<MappedFile> files() {
        if (file != null) {
            List<MappedFile> found = new ArrayList<>(
                    (pid == null ? LibraryFinder.host() : LibraryFinder.of(pid))
                            .find(file));
            if (found.isEmpty()) {
                ExecutableFinder.ofEnvironment().find(file).ifPresent(found::add);
            }
            if (found.isEmpty()) {
                throw new UserError(ExitCode.NO_TARGET, "there is no file, library or program " + file);
            }
            return found;
        }
        try {
            return MemoryMaps.of(pid).codeFiles().stream()
                    .flatMap(mapping -> MappedFile.of(pid, mapping).stream()).toList();
        } catch (NoSuchProcessException e) {
            throw new UserError(ExitCode.NO_TARGET, "there is no process " + pid);
        }
    }

    private void symbols(MappedFile mapped, NamePattern wanted, Lister lister) {
        try (SymbolResolver symbols = mapped.symbols()) {
            Optional<HookSurvey> survey = user
                    ? Optional.of(new HookSurvey(mapped.file(), symbols, MemoryMaps.of(pid)))
                    : Optional.empty();
            var names = new TreeMap<String, Long>();
            symbols.matching(wanted)
                    .forEach(found -> names.putIfAbsent(found.symbol().name(), found.fileOffset()));
            names.forEach((name, offset) -> lister.add(FUNCTION + mapped.path() + ":" + name,
                    survey.map(one -> one.function(offset))));
            var markers = new TreeMap<String, Long>();
            symbols.file().usdtProbes().stream().filter(probe -> wanted.matches(label(probe)))
                    .forEach(probe -> markers.putIfAbsent(label(probe), probe.fileOffset()));
            markers.forEach((name, offset) -> lister.add("usdt:" + mapped.path() + ":" + name,
                    survey.map(one -> one.instruction(offset))));
        } catch (ElfException e) {
            // A mapped file need not be a program; the kernel's own pages are none.
            return;
        }
    }

    private static String label(UsdtProbe probe) {
        return probe.provider() + ":" + probe.name();
    }
}
