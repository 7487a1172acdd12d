package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.program.Program;
import java.util.function.Consumer;
import org.objectweb.asm.MethodTooLargeException;

/**
 * The engine that makes a class of a program, for HotSpot to compile.
 *
 * <p>A function of a program becomes a method, and HotSpot compiles no method of more than 8,000 bytes, about 500
 * instructions, unless it is started with {@code -XX:-DontCompileHugeMethods}; then Java's own limit remains, 64 KiB or
 * about 4,000 instructions. A program with a larger function is interpreted, which the caller is told: HotSpot's
 * interpreter would take ten times as long as ours.
 */
public final class JvmCompiler implements Engine {

    private final Consumer<String> warnings;
    private final boolean segments;

    /** Makes the engine. Warnings are one lower-case sentence each: a program that it has to interpret. */
    public JvmCompiler(Consumer<String> warnings) {
        this(warnings, SegmentAccess.exists());
    }

    private JvmCompiler(Consumer<String> warnings, boolean segments) {
        this.warnings = warnings;
        this.segments = segments;
    }

    /** Returns the same engine without memory segments, as it is where Java does not have them. */
    public JvmCompiler withoutSegments() {
        return new JvmCompiler(warnings, false);
    }

    @Override
    public String name() {
        return "jvm";
    }

    @Override
    public Executable prepare(PreparedProgram program) {
        try {
            return new ClassGenerator(program, segments).generate();
        } catch (MethodTooLargeException e) {
            warn(program.program(),
                    "its function at slot " + CompiledProgram.slotOf(e.getMethodName()) + " would take "
                            + e.getCodeSize() + " bytes of Java bytecode, and a method has room for 65535");
        } catch (UncompilableException e) {
            warn(program.program(), e.getMessage());
        }
        return new Interpreter().prepare(program);
    }

    private void warn(Program program, String reason) {
        warnings.accept("program " + program.name() + " is interpreted: " + reason);
    }
}
