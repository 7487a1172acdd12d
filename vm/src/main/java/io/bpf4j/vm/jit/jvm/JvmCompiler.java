package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.program.Program;
import java.util.function.Consumer;
import org.objectweb.asm.MethodTooLargeException;

/**
 * The engine that makes a class of a program, for HotSpot to compile.
 *
 * <p>A function of a program becomes a method, and Java's limit is 64 KiB for each: about 4,000 instructions. A program
 * with a larger one is interpreted, which the caller is told. HotSpot itself does not compile methods of more than
 * 8,000 bytes, about 500 instructions, unless it is started with {@code -XX:-DontCompileHugeMethods}: without that flag
 * such a program gives the same results, only as slowly as if it were interpreted.
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
    public Executable prepare(Program program, Machine machine, Checking checking) {
        PreparedProgram prepared = PreparedProgram.of(program, machine);
        try {
            return new ClassGenerator(prepared, machine, checking, segments).generate();
        } catch (MethodTooLargeException e) {
            warnings.accept("program " + program.name() + " is interpreted: its function at slot "
                    + CompiledProgram.slotOf(e.getMethodName()) + " would take " + e.getCodeSize()
                    + " bytes of Java bytecode, and the limit is 65535");
            return new Interpreter().prepare(program, machine, checking);
        }
    }
}
