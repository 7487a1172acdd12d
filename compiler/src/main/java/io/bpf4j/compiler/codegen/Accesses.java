package io.bpf4j.compiler.codegen;

import java.util.Arrays;

/** The registers that one operation or ending reads and assigns. */
final class Accesses implements Renamer {

    private int[] uses = new int[8];
    private int[] definitions = new int[8];
    private int useCount;
    private int definitionCount;

    static Accesses of(Operation operation) {
        Accesses found = new Accesses();
        operation.rename(found);
        return found;
    }

    static Accesses of(Ending ending) {
        Accesses found = new Accesses();
        ending.rename(found);
        return found;
    }

    @Override
    public int use(int register) {
        if (useCount == uses.length) {
            uses = Arrays.copyOf(uses, 2 * useCount);
        }
        uses[useCount++] = register;
        return register;
    }

    @Override
    public int define(int register) {
        if (definitionCount == definitions.length) {
            definitions = Arrays.copyOf(definitions, 2 * definitionCount);
        }
        definitions[definitionCount++] = register;
        return register;
    }

    @Override
    public int update(int register) {
        use(register);
        return define(register);
    }

    int[] uses() {
        return Arrays.copyOf(uses, useCount);
    }

    int[] definitions() {
        return Arrays.copyOf(definitions, definitionCount);
    }
}
