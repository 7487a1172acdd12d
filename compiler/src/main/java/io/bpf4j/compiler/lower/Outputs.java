package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Aggregate.Part;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import java.util.ArrayList;
import java.util.List;

/** Lowers printf and its kin: a record in the output ring that names the site and carries the arguments. */
final class Outputs {
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;

    Outputs(FunctionLowering function) {
        this.function = function;
        code = function.code();
    }

    Operand output(Expression.Output output) {
        function.unit().needOutput();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(0, new Expression.Constant(output.site().id(), IntType.U32, output.at())));
        int size = Integer.BYTES;
        if (output.site() instanceof OutputSite.Print print) {
            List<StructType.Field> fields = print.record().fields();
            for (int i = 0; i < output.arguments().size(); i++) {
                parts.add(new Part(fields.get(i + 1).offset(), settled(output.arguments().get(i))));
            }
            size = print.record().size();
        }
        Value record = code.call(Helper.RINGBUF_RESERVE, code.map(UnitState.OUTPUT), Operand.constant(size),
                ZERO);
        int full = code.block();
        int reserved = code.block();
        int end = code.block();
        code.branchIfZero(record, full, reserved);
        code.start(full);
        function.maps().count(UnitState.OUTPUT, LossCounter.Kind.LOST);
        code.jump(end);
        code.start(reserved);
        new Initialiser(function).initialise(parts, size, new Address(record, 0, Long.BYTES));
        code.call(Helper.RINGBUF_SUBMIT, record, ZERO);
        code.start(end);
        return ZERO;
    }

    /** What an argument does must happen whether there is room or not, so such a one is computed before. */
    private Expression settled(Expression argument) {
        if (!Types.isScalar(argument.type()) || !Operations.hasEffect(argument)) {
            return argument;
        }
        LocalVariable variable = new LocalVariable("argument", argument.type(), argument.at());
        Operand value = function.expressions().value(argument);
        function.variables().bind(variable,
                function.variables().mayChange(value) ? code.copyOf(value) : value);
        return new Expression.Read(new Place.Local(variable, argument.at()), argument.at());
    }
}
