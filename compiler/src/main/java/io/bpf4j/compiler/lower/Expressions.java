package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lowers expressions with a scalar value, and those that are wanted for their effect only. */
final class Expressions {
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Assignments assignments;
    private final Builtins builtins;
    private final Calls calls;
    private final Outputs outputs;

    Expressions(FunctionLowering function) {
        this.function = function;
        code = function.code();
        assignments = new Assignments(function);
        builtins = new Builtins(function);
        calls = new Calls(function);
        outputs = new Outputs(function);
    }

    /** Computes a scalar, or a void expression, whose operand then means nothing. */
    Operand value(Expression expression) {
        return at(expression, true);
    }

    /** Runs an expression whose value nobody wants. */
    void effect(Expression expression) {
        at(expression, false);
    }

    private Operand at(Expression expression, boolean wanted) {
        Span before = code.moveTo(expression.at());
        Operand result = lower(expression, wanted);
        code.moveTo(before);
        return result;
    }

    private Operand lower(Expression expression, boolean wanted) {
        return switch (expression) {
            case Expression.Constant constant -> Operand.constant(constant.value());
            case Expression.Text text -> literal(text);
            case Expression.Read read -> wanted || Types.isScalar(read.type())
                    ? function.places().read(read.place())
                    : ZERO;
            case Expression.AddressOf address ->
                code.pointerTo(function.places().address(address.place()));
            case Expression.Negate negate ->
                code.negate(Types.wide(negate.type()), value(negate.operand()));
            case Expression.Complement complement -> code.binary(AluOperation.XOR,
                    Types.wide(complement.type()), value(complement.operand()), Operand.constant(-1));
            case Expression.Not not -> not(not);
            case Expression.Arithmetic arithmetic -> arithmetic(arithmetic);
            case Expression.PointerOffset offset -> pointerOffset(offset);
            case Expression.PointerDifference difference -> pointerDifference(difference);
            case Expression.Compare compare -> compare(compare);
            case Expression.TextEquals equals -> choose(equals);
            case Expression.Logical logical -> choose(logical);
            case Expression.Conditional choice -> conditional(choice);
            case Expression.Convert convert -> convert(convert);
            case Expression.Assign assign -> assignments.assign(assign);
            case Expression.Compound compound -> assignments.compound(compound, wanted);
            case Expression.Call call -> calls.call(call);
            case Expression.Builtin builtin -> builtins.scalar(builtin);
            case Expression.MapCall call -> function.maps().call(call);
            case Expression.UserRead read -> userRead(read);
            case Expression.Output output -> outputs.output(output);
            case Expression.Aggregate aggregate -> evaluateParts(aggregate);
        };
    }

    /** Leaves the innermost function with a result, see {@link Calls#leave}. */
    void leave(Operand result) {
        calls.leave(result);
    }

    private Operand evaluateParts(Expression.Aggregate aggregate) {
        aggregate.parts().forEach(part -> effect(part.value()));
        return ZERO;
    }

    /** Text where a pointer is wanted is an address in the read-only section. */
    private Operand literal(Expression.Text text) {
        byte[] bytes = text.value().getBytes(StandardCharsets.ISO_8859_1);
        GlobalSections.Location place = function.unit().sections()
                .literal(Arrays.copyOf(bytes, text.type().size()));
        return code.pointerTo(code.mapValue(place.map(), place.offset(), Long.BYTES));
    }

    private Operand not(Expression.Not not) {
        if (not.operand() instanceof Expression.Logical || not.operand() instanceof Expression.TextEquals) {
            return choose(not);
        }
        return code.compare(Condition.EQUAL, Types.wide(not.operand().type()), value(not.operand()), ZERO);
    }

    private Operand compare(Expression.Compare compare) {
        Operand left = keepIfChanged(value(compare.left()), compare.right());
        return code.compare(compare.condition(), Types.wide(compare.left().type()), left,
                value(compare.right()));
    }

    private Operand arithmetic(Expression.Arithmetic arithmetic) {
        Operand left = keepIfChanged(value(arithmetic.left()), arithmetic.right());
        Operand right = value(arithmetic.right());
        return code.binary(Operations.of(arithmetic.operator(), arithmetic.type()),
                Types.wide(arithmetic.type()), left, right);
    }

    /** A register that is a variable's own must be saved if what is computed next assigns the variable. */
    Operand keepIfChanged(Operand operand, Expression next) {
        boolean changes = function.variables().mayChange(operand) && Operations.hasEffect(next);
        return changes ? code.copyOf(operand) : operand;
    }

    private Operand pointerOffset(Expression.PointerOffset offset) {
        Operand pointer = keepIfChanged(value(offset.pointer()), offset.count());
        Operand count = value(offset.count());
        Operand bytes = code.binary(AluOperation.MULTIPLY, true, count, Operand.constant(offset.scale()));
        return code.binary(AluOperation.ADD, true, pointer, bytes);
    }

    private Operand pointerDifference(Expression.PointerDifference difference) {
        Operand left = keepIfChanged(value(difference.left()), difference.right());
        Operand bytes = code.binary(AluOperation.SUBTRACT, true, left, value(difference.right()));
        int scale = difference.scale();
        return Integer.bitCount(scale) == 1
                ? code.binary(AluOperation.SHIFT_RIGHT_SIGNED, true, bytes,
                        Operand.constant(Integer.numberOfTrailingZeros(scale)))
                : code.binary(AluOperation.SIGNED_DIVIDE, true, bytes, Operand.constant(scale));
    }

    /** A condition as a number: by branches. */
    private Operand choose(Expression condition) {
        Value result = code.value();
        int whenTrue = code.block();
        int whenFalse = code.block();
        int end = code.block();
        function.conditions().branch(condition, whenTrue, whenFalse);
        code.start(whenTrue);
        code.copy(result, Operand.constant(1));
        code.jump(end);
        code.start(whenFalse);
        code.copy(result, ZERO);
        code.start(end);
        code.promiseUpperZero(result);
        return result;
    }

    private Operand conditional(Expression.Conditional choice) {
        Value result = code.value();
        int whenTrue = code.block();
        int whenFalse = code.block();
        int end = code.block();
        function.conditions().branch(choice.condition(), whenTrue, whenFalse);
        code.start(whenTrue);
        code.copy(result, value(choice.whenTrue()));
        code.jump(end);
        code.start(whenFalse);
        code.copy(result, value(choice.whenFalse()));
        code.start(end);
        if (Types.upperZero(choice.type())) {
            code.promiseUpperZero(result);
        }
        return result;
    }

    private Operand convert(Expression.Convert convert) {
        Type from = convert.operand().type();
        boolean toBool = convert.type() == IntType.BOOL && from != IntType.BOOL;
        if (toBool && (convert.operand() instanceof Expression.Logical)) {
            return choose(convert.operand());
        }
        boolean widens = convert.type().size() == Long.BYTES && from.size() == Integer.BYTES
                && Types.signed(from);
        if (widens && convert.operand() instanceof Expression.Read read
                && !(VariableFacts.rootOf(read.place()) instanceof Place.Context)) {
            return function.places().readSigned(read.place());
        }
        return function.conversions().convert(value(convert.operand()), from, convert.type());
    }

    private Operand userRead(Expression.UserRead read) {
        Address room = function.memory().temporary(read.type().size());
        Operand address = value(read.address());
        code.call(Operations.reader(read.space(), false), code.pointerTo(room),
                Operand.constant(read.type().size()), address);
        return normalised(code.load(read.type().size(), Types.loadsSigned(read.type()), room), read.type());
    }

    /** Foreign memory may hold any byte where a bool is expected. */
    private Operand normalised(Value loaded, Type type) {
        return type == IntType.BOOL
                ? code.compare(Condition.NOT_EQUAL, true, loaded, ZERO)
                : loaded;
    }

    /** Fills memory with a value of the process or the kernel; the helpers write zeros where they cannot read. */
    void userReadInto(Expression.UserRead read, Address destination) {
        boolean text = Types.isText(read.type());
        Operand address = value(read.address());
        if (text) {
            function.memory().zero(destination, read.type().size());
        }
        AddressSpace space = read.space();
        code.call(Operations.reader(space, text), code.pointerTo(destination),
                Operand.constant(read.type().size()), address);
    }

    /** Fills memory with the result of a function of the language that is no scalar: the thread's name. */
    void builtinInto(Expression.Builtin builtin, Address destination) {
        builtins.into(builtin, destination);
    }
}
