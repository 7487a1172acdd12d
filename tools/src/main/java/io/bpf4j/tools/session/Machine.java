package io.bpf4j.tools.session;

import io.bpf4j.compiler.Compilation;
import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.check.CheckOptions;
import io.bpf4j.compiler.check.CheckOptions.TracepointAccess;
import io.bpf4j.compiler.check.TracepointFormat;
import io.bpf4j.compiler.check.TracepointFormats;
import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.loader.kernel.KernelLoader;
import io.bpf4j.loader.kernel.Tracefs;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.user.UserLoader;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.List;
import java.util.Optional;

/** The machine that a tool runs on: what its kernel can do, and units running in it. */
public final class Machine implements AutoCloseable {
    private final Kernel kernel = LinuxKernel.instance();
    private final CompilationCache cache = CompilationCache.ofThisProcess();
    private final KernelFeatures features = new KernelFeatures(kernel);
    private Optional<Tracefs> tracefs;

    /** Returns the door to the OS. */
    public Kernel kernel() {
        return kernel;
    }

    /** Returns what the kernel can do. */
    public KernelFeatures features() {
        return features;
    }

    /** Returns the kernel's description of its tracepoints, if it can be read. */
    public synchronized Optional<Tracefs> tracefs() {
        if (tracefs == null) {
            tracefs = Tracefs.open(kernel);
        }
        return tracefs;
    }

    /** Returns how to compile for this machine: its tracepoints, and its instruction set. */
    public CompileOptions compileOptions() {
        TracepointFormats formats = (category, name) -> tracefs()
                .flatMap(found -> found.format(category, name))
                .map(text -> TracepointFormat.parse(category, name, text));
        return CompileOptions.PORTABLE
                .withCheck(new CheckOptions(formats.or(TracepointFormats.builtIn()), this::tracepointAccess));
    }

    /** Raw tracepoints reach system calls where there is no tracefs; who is not root has neither. */
    private TracepointAccess tracepointAccess() {
        return tracefs().isEmpty() && features.has(Feature.BPF_CALL)
                ? TracepointAccess.RAW
                : TracepointAccess.FORMAT;
    }

    /**
     * Compiles a source for this machine; warnings go to standard error.
     *
     * @throws CompileException with every mistake
     */
    public ProgramUnit compile(SourceFile source) {
        return compile(source, compileOptions(), "user " + kernel.effectiveUser());
    }

    /**
     * Compiles a source, unless that was done before; warnings go to standard error.
     *
     * @param flavour tells these options from others for the same source: what the check knows of the machine has no
     *        name of its own
     * @throws CompileException with every mistake
     */
    public ProgramUnit compile(SourceFile source, CompileOptions options, String flavour) {
        return cache.find(source, options, flavour).orElseGet(() -> {
            Compilation compilation = ProbeCompiler.compile(source, options);
            if (compilation.warnings().isEmpty()) {
                cache.keep(source, options, flavour, compilation.unit());
            }
            return said(compilation);
        });
    }

    /**
     * Compiles a source; warnings go to standard error.
     *
     * @throws CompileException with every mistake
     */
    public ProgramUnit compile(SourceFile source, CompileOptions options) {
        return said(ProbeCompiler.compile(source, options));
    }

    private static ProgramUnit said(Compilation compilation) {
        if (!compilation.warnings().isEmpty()) {
            System.err.print(new DiagnosticPrinter(false).print(compilation.warnings()));
        }
        return compilation.unit();
    }

    /**
     * Decides where to run: in the kernel if that is permitted, else in the traced processes.
     *
     * @param wanted what the user asked for
     * @param everything whether every process is to be traced, which only the kernel can
     * @return the same, or what {@link ExecutionMode#AUTO} means here
     */
    public ExecutionMode resolve(ExecutionMode wanted, boolean everything) {
        if (wanted != ExecutionMode.AUTO) {
            return wanted;
        }
        return features.has(Feature.BPF_CALL) || everything ? ExecutionMode.KERNEL : ExecutionMode.USER;
    }

    /**
     * Runs a unit.
     *
     * @param mode {@link ExecutionMode#KERNEL} or {@link ExecutionMode#USER}
     * @throws UserError with {@link ExitCode#NO_PERMISSION} if no unit may be run, with {@link ExitCode#USAGE} if user
     *         mode has no process to run it in
     * @throws LoadException if the verifier refuses this one, in the source's words
     */
    public Session open(ProgramUnit unit, SessionOptions options, ExecutionMode mode) {
        if (mode == ExecutionMode.USER) {
            requireTargets(options.targets());
            return new UserLoader(kernel).open(unit, options);
        }
        requirePermission();
        return new KernelLoader(kernel, features).open(unit, options);
    }

    private static void requireTargets(List<Target> targets) {
        if (targets.isEmpty()) {
            throw new UserError(ExitCode.USAGE,
                    "user mode runs in the processes that it traces, and none was named",
                    "name them with -p PID, start one with -- COMMAND, or use --mode kernel");
        }
    }

    /**
     * Insists on being allowed to load programs at all.
     *
     * @throws UserError with {@link ExitCode#NO_PERMISSION}
     */
    public void requirePermission() {
        Support support = features.support(Feature.BPF_CALL);
        if (!support.available()) {
            throw new UserError(ExitCode.NO_PERMISSION, "cannot load programs into the kernel: "
                    + support.explanation(),
                    "run it as root, give Java CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE, or trace a process of your"
                            + " own: -p PID");
        }
    }

    @Override
    public synchronized void close() {
        if (tracefs != null) {
            tracefs.ifPresent(Tracefs::close);
        }
    }
}
