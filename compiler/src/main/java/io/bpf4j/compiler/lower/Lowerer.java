package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.compiler.typed.TypedUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The step from the checked tree to three-address code.
 *
 * <p>The code is written for the kernel's verifier: what is compared is what is used, every byte is set before it is
 * read, and no path keeps a pointer that may be null.
 */
public final class Lowerer {
    private Lowerer() {}

    /**
     * Lowers a unit; the result has the source's maps and those that the language's features need.
     *
     * @throws CompileException if variables do not fit the memory that there is for large ones
     */
    public static IrUnit lower(TypedUnit unit) {
        UnitState state = new UnitState(unit);
        List<IrProgram> programs = new ArrayList<>();
        Diagnostics mistakes = new Diagnostics();
        for (TypedProbe probe : unit.probes()) {
            try {
                programs.add(new ProgramLowering(state, probe).lower());
            } catch (CompileException e) {
                e.diagnostics().forEach(mistakes::add);
            }
        }
        mistakes.throwIfErrors();
        return new IrUnit(unit.source().stem(), unit.license(), programs, state.maps(), state.globals(),
                unit.outputs(), state.losses(), unit.types());
    }
}
