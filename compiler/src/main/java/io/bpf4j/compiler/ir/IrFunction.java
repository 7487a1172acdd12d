package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.program.Function.Parameter;
import io.bpf4j.vm.type.Type;
import java.util.List;

/**
 * A function: a probe's body, or one that probes call.
 *
 * @param name unique within the program, a C identifier
 * @param parameters the registers that hold the arguments at the start; a probe has one, its context
 * @param signature the parameters' names and types, for BTF
 * @param blocks the first one is where it starts
 */
public record IrFunction(String name, List<Value> parameters, List<Parameter> signature, Type result,
        List<Block> blocks, Span at) {

    /** Copies the lists. */
    public IrFunction {
        parameters = List.copyOf(parameters);
        signature = List.copyOf(signature);
        blocks = List.copyOf(blocks);
    }
}
