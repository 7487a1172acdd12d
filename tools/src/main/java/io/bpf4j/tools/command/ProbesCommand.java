package io.bpf4j.tools.command;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.NamePattern;
import io.bpf4j.loader.elf.ResolvedSymbol;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.elf.UsdtProbe;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.proc.LibraryFinder;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bpf4j probes}: what can be probed, as probe points that a probe file can name. */
@Command(name = "probes", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
            "Lists what can be probed: tracepoints of the kernel, functions and static markers of a process"
                    + " or of a file.",
            "A pattern may contain * and ?; it is compared with the part after the file's name."},
        footerHeading = "%nExamples:%n",
        footer = {"  bpf4j probes 'sched:*'", "  bpf4j probes -p 1234 'SSL_*'",
            "  bpf4j probes --file libc 'mem*'"})
public final class ProbesCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "PATTERN", defaultValue = "*",
            description = "what to list (default: everything)")
    private String pattern = "*";

    @Option(names = {"-p", "--pid"}, paramLabel = "PID",
            description = "the files that this process has mapped")
    private Integer pid;

    @Option(names = "--file", paramLabel = "FILE",
            description = "a file, a library's name or a program's name")
    private String file;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
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

        void add(String point) {
            count++;
            if (lines == null) {
                output.text(point).line();
            } else {
                lines.line(fields -> fields.writeStringField("point", point));
            }
        }
    }

    private static void tracepoints(Machine machine, NamePattern wanted, Lister lister) {
        var tracefs = machine.tracefs().orElseThrow(() -> new UserError(ExitCode.NO_PERMISSION,
                "the list of tracepoints cannot be read", "run it as root, or mount tracefs"));
        tracefs.events().stream().filter(wanted::matches).sorted()
                .forEach(event -> lister.add("tracepoint:" + event));
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

    private static void symbols(MappedFile mapped, NamePattern wanted, Lister lister) {
        try (SymbolResolver symbols = mapped.symbols()) {
            var names = new TreeSet<String>();
            symbols.matching(wanted).stream().map(ResolvedSymbol::symbol)
                    .forEach(symbol -> names.add(symbol.name()));
            names.forEach(name -> lister.add("uprobe:" + mapped.path() + ":" + name));
            var markers = new TreeSet<String>();
            symbols.file().usdtProbes().stream().filter(probe -> wanted.matches(label(probe)))
                    .forEach(probe -> markers.add(label(probe)));
            markers.forEach(name -> lister.add("usdt:" + mapped.path() + ":" + name));
        } catch (ElfException e) {
            // A mapped file need not be a program; the kernel's own pages are none.
            return;
        }
    }

    private static String label(UsdtProbe probe) {
        return probe.provider() + ":" + probe.name();
    }
}
