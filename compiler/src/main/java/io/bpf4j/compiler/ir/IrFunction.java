package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.program.Function.Parameter;
import io.bpf4j.vm.type.Type;
import java.util.List;
import java.util.Map;

/**
 * A function: a probe's body, or one that probes call.
 *
 * @param name unique within the program, a C identifier
 * @param parameters the registers that hold the arguments at the start; a probe has one, its context
 * @param signature the parameters' names and types, for BTF * @param blocks the first one is where it starts
 * @param names what the source calls the values of variables; for whoever must explain the program
*/
public record IrFunction(String name, List<Value> parameters, List<Parameter> signature, Type result,
        List<Block> blocks, Span at, Map<Value, String> names) {

    /** Copies the lists. */
    public IrFunction {
        parameters = List.copyOf(parameters);
        signature = List.copyOf(signature);
        blocks = List.copyOf(blocks);
        names = Map.copyOf(names);
    }

    /** Makes a function of which nobody knows the names of values. */
    public IrFunction(String name, List<Value> parameters, List<Parameter> signature, Type result,
            List<Block> blocks,
            Span at) {
        this(name, parameters, signature, result, blocks, at, Map.of());
    }

    /** Returns the function with other blocks. */
    public IrFunction withBlocks(List<Block> others) {
        return new IrFunction(name, parameters, signature, result, others, at, names);
    }

    /** Returns the function with more names of values. */
    public IrFunction withNames(Map<Value, String> others) {
        return new IrFunction(name, parameters, signature, result, blocks, at, others);
    }
}
