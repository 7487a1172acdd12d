package io.bpf4j.vm.engine;

import io.bpf4j.vm.program.Program;
import java.util.List;

/**
 * The tests' door to what nobody else can have: programs that no verifier has seen and that run without checks. For
 * conformance files, generated programs and benchmarks of bare instructions, which do nothing wrong by construction.
 */
public final class Unproved {

    private Unproved() {}

    /** Makes a program ready, to be run with or without checks. */
    public static PreparedProgram program(Program program, Machine machine, Checking checking) {
        return PreparedProgram.unproved(program, machine, checking);
    }

    /** Makes programs ready to be run without checks. */
    public static List<PreparedProgram> programs(List<Program> programs, Machine machine) {
        return programs.stream().map(program -> program(program, machine, Checking.NONE)).toList();
    }
}
