package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.engine.PreparedProgram;
import java.util.List;

/**
 * The loader of one generated class, so that the class goes when its program does. A hidden class would go too, but it
 * is left out of stack traces, which tell where a program failed, and out of profiles.
 */
final class ProgramLoader extends ClassLoader {

    private final PreparedProgram prepared;
    private final List<Object> constants;

    ProgramLoader(PreparedProgram prepared, List<Object> constants) {
        super(ProgramLoader.class.getClassLoader());
        this.prepared = prepared;
        this.constants = List.copyOf(constants);
    }

    Class<?> define(String name, byte[] bytes) {
        return defineClass(name, bytes, 0, bytes.length);
    }

    PreparedProgram prepared() {
        return prepared;
    }

    List<Object> constants() {
        return constants;
    }
}
