package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Lowers calls of the source's functions: most bodies are written out in place, the others are called. */
final class Calls {
    private static final Operand ZERO = Operand.constant(0);

    /** Where the body that is being written out leaves its result, and goes on. */
    private record Exit(Optional<Value> result, int end) {}

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Deque<Exit> exits = new ArrayDeque<>();

    Calls(FunctionLowering function) {
        this.function = function;
        code = function.code();
    }

    Operand call(Expression.Call call) {
        List<Operand> arguments = new ArrayList<>();
        for (int i = 0; i < call.arguments().size(); i++) {
            Operand argument = function.expressions().value(call.arguments().get(i));
            for (Expression later : call.arguments().subList(i + 1, call.arguments().size())) {
                argument = function.expressions().keepIfChanged(argument, later);
            }
            arguments.add(argument);
        }
        FunctionSymbol callee = call.function();
        Optional<Value> result = result(callee.result());
        if (function.program().isInlined(callee)) {
            inline(callee, arguments, result);
        } else {
            if (function.program().usesContext(callee)) {
                arguments.add(function.context(call.at()));
            }
            code.callFunction(result, function.program().require(callee), arguments);
        }
        return result.isPresent() ? result.get() : ZERO;
    }

    private Optional<Value> result(Type type) {
        if (type == VoidType.VOID) {
            return Optional.empty();
        }
        Value result = code.value();
        if (Types.upperZero(type)) {
            code.promiseUpperZero(result);
        }
        return Optional.of(result);
    }

    private void inline(FunctionSymbol callee, List<Operand> arguments, Optional<Value> result) {
        int end = code.block();
        int mark = code.slots().mark();
        for (int i = 0; i < arguments.size(); i++) {
            function.bindParameter(callee.parameters().get(i), arguments.get(i));
        }
        exits.push(new Exit(result, end));
        function.statements().run(callee.body());
        exits.pop();
        if (code.reachable() && result.isPresent()) {
            code.copy(result.get(), ZERO);
        }
        code.start(end);
        code.slots().release(mark);
    }

    /** Leaves the innermost body with a result. */
    void leave(Operand result) {
        if (exits.isEmpty()) {
            code.exit(result);
        } else {
            exits.peek().result().ifPresent(value -> code.copy(value, result));
            code.jump(exits.peek().end());
        }
    }
}
