package io.bpf4j.compiler;

import io.bpf4j.compiler.ast.AstPrinter;
import io.bpf4j.compiler.ast.SourceTree;
import io.bpf4j.compiler.check.Checker;
import io.bpf4j.compiler.codegen.CodeGenerator;
import io.bpf4j.compiler.ir.IrPrinter;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.lower.Lowerer;
import io.bpf4j.compiler.parse.Parser;
import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.program.ProgramUnit;

/**
 * The compiler: {@code source -> tree -> checked tree -> three-address code -> bytecode}, each step a value.
 *
 * <p>Equal input gives equal bytes, on every machine.
 */
public final class ProbeCompiler {

    private ProbeCompiler() {}

    /**
     * Compiles a source file.
     *
     * @throws CompileException with every mistake that was found
     */
    public static Compilation compile(SourceFile source, CompileOptions options) {
        Diagnostics diagnostics = new Diagnostics();
        ProgramUnit unit = generate(lower(source, options, diagnostics), options, diagnostics);
        return new Compilation(unit, diagnostics.sorted());
    }

    /**
     * Returns the source as the parser understood it.
     *
     * @throws CompileException with every mistake that was found
     */
    public static String printTree(SourceFile source) {
        return AstPrinter.print(parse(source, new Diagnostics()));
    }

    /**
     * Returns the three-address code before optimisation.
     *
     * @throws CompileException with every mistake that was found
     */
    public static String printCode(SourceFile source, CompileOptions options) {
        return IrPrinter.print(lower(source, options, new Diagnostics()));
    }

    private static SourceTree parse(SourceFile source, Diagnostics diagnostics) {
        SourceTree tree = Parser.parse(source, diagnostics);
        diagnostics.throwIfErrors();
        return tree;
    }

    private static IrUnit lower(SourceFile source, CompileOptions options, Diagnostics diagnostics) {
        TypedUnit checked = Checker.check(parse(source, diagnostics), options.check(), diagnostics);
        diagnostics.throwIfErrors();
        try {
            return Lowerer.lower(checked);
        } catch (CompileException e) {
            throw withEarlier(diagnostics, e);
        }
    }

    private static CompileException withEarlier(Diagnostics earlier, CompileException mistakes) {
        mistakes.diagnostics().forEach(earlier::add);
        return new CompileException(earlier.sorted());
    }

    private static ProgramUnit generate(IrUnit code, CompileOptions options, Diagnostics diagnostics) {
        try {
            return CodeGenerator.generate(code, options.code());
        } catch (CompileException e) {
            throw withEarlier(diagnostics, e);
        }
    }
}
