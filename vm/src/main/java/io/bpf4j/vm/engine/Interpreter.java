package io.bpf4j.vm.engine;

import io.bpf4j.vm.program.Program;

/** The engine that defines what programs do: one instruction after the other. */
public final class Interpreter implements Engine {

    @Override
    public String name() {
        return "interpreter";
    }

    @Override
    public Executable prepare(Program program, Machine machine, Checking checking) {
        return new InterpretedProgram(PreparedProgram.of(program, machine), machine, checking);
    }
}
