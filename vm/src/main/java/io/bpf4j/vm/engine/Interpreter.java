package io.bpf4j.vm.engine;

/** The engine that defines what programs do: one instruction after the other. */
public final class Interpreter implements Engine {

    @Override
    public String name() {
        return "interpreter";
    }

    @Override
    public Executable prepare(PreparedProgram program) {
        return new InterpretedProgram(program);
    }
}
