package io.bpf4j.tools.session;

import io.bpf4j.compiler.Compilation;
import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.object.ObjectWriter;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * A tool's own probe: its source beside the tool's class, and the object that the build makes of it, so that a start
 * needs no compiler.
 */
public final class ToolProbe {
    private final Class<?> tool;
    private final String name;
    private final Supplier<CompileOptions> options;
    private FutureTask<ProgramUnit> begun;

    /**
     * Describes a probe.
     *
     * @param tool the class that the source is beside
     * @param name the source's file name without {@code .probe}
     * @param options how the build compiles it
     */
    public ToolProbe(Class<?> tool, String name, Supplier<CompileOptions> options) {
        this.tool = tool;
        this.name = name;
        this.options = options;
    }

    /** Returns the file name without {@code .probe}. */
    public String name() {
        return name;
    }

    /** Returns the source. */
    public SourceFile source() {
        String file = name + ".probe";
        return new SourceFile(file, new String(read(file), StandardCharsets.UTF_8));
    }

    /**
     * Begins what every run needs, on another thread: {@link #unit}, and the door to the OS. For the start of a
     * process, before the command line is read.
     */
    public synchronized void begin() {
        begun = new FutureTask<>(() -> {
            LinuxKernel.instance();
            return load();
        });
        Thread.ofPlatform().daemon().name(name).start(begun);
    }

    /** Returns what the build has compiled. */
    public synchronized ProgramUnit unit() {
        if (begun == null) {
            return load();
        }
        try {
            return begun.get();
        } catch (ExecutionException e) {
            // Once more, for an exception of this thread's own.
            return load();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return load();
        }
    }

    private ProgramUnit load() {
        return ObjectReader.read(read(object()));
    }

    /** Compiles the source. */
    public Compilation compile() {
        return ProbeCompiler.compile(source(), options.get());
    }

    /**
     * Compiles the source and keeps the object where {@link #unit} looks for it.
     *
     * @param classes the root folder of the tool's compiled classes
     */
    public void build(Path classes) throws IOException {
        Path folder = classes.resolve(tool.getPackageName().replace('.', '/'));
        Files.write(folder.resolve(object()), ObjectWriter.write(compile().unit()));
    }

    private String object() {
        return name + ".bpf.o";
    }

    private byte[] read(String file) {
        try (InputStream stream = tool.getResourceAsStream(file)) {
            if (stream == null) {
                throw new FileNotFoundException(file + " is missing beside " + tool.getName());
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
