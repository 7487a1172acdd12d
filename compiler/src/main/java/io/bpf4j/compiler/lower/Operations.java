package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.Type;
import java.util.Optional;
import java.util.Set;

/** Which instruction or helper stands for an operation of the source. */
final class Operations {
    private static final Set<BuiltinFunction> WRITERS = Set.of(BuiltinFunction.READ_USER,
            BuiltinFunction.READ_USER_STR, BuiltinFunction.READ_KERNEL, BuiltinFunction.READ_KERNEL_STR,
            BuiltinFunction.MEMCPY, BuiltinFunction.MEMSET);
    private static final Set<MapMethod> MAP_READERS = Set.of(MapMethod.LOOKUP);

    private Operations() {}

    static AluOperation of(Operator operator, Type type) {
        boolean signed = Types.signed(type);
        return switch (operator) {
            case ADD -> AluOperation.ADD;
            case SUBTRACT -> AluOperation.SUBTRACT;
            case MULTIPLY -> AluOperation.MULTIPLY;
            case DIVIDE -> signed ? AluOperation.SIGNED_DIVIDE : AluOperation.DIVIDE;
            case MODULO -> signed ? AluOperation.SIGNED_MODULO : AluOperation.MODULO;
            case AND -> AluOperation.AND;
            case OR -> AluOperation.OR;
            case XOR -> AluOperation.XOR;
            case SHIFT_LEFT -> AluOperation.SHIFT_LEFT;
            case SHIFT_RIGHT -> signed ? AluOperation.SHIFT_RIGHT_SIGNED : AluOperation.SHIFT_RIGHT;
        };
    }

    /** Returns the atomic form of an operation; a subtraction is the addition of the negated number. */
    static Optional<AtomicOperation> atomic(Operator operator) {
        return switch (operator) {
            case ADD, SUBTRACT -> Optional.of(AtomicOperation.ADD);
            case AND -> Optional.of(AtomicOperation.AND);
            case OR -> Optional.of(AtomicOperation.OR);
            case XOR -> Optional.of(AtomicOperation.XOR);
            default -> Optional.empty();
        };
    }

    /** Returns the helper that copies from a foreign address; text ends at its NUL. */
    static Helper reader(AddressSpace space, boolean text) {
        return switch (space) {
            case USER -> text ? Helper.PROBE_READ_USER_STR : Helper.PROBE_READ_USER;
            case KERNEL -> text ? Helper.PROBE_READ_KERNEL_STR : Helper.PROBE_READ_KERNEL;
            case OWN -> throw new IllegalArgumentException("own memory is read directly");
        };
    }

    /** Returns whether an expression may change a variable, memory or a map. */
    static boolean hasEffect(Expression expression) {
        return TreeWalk.anyExpression(expression, inner -> switch (inner) {
            case Expression.Assign assign -> true;
            case Expression.Compound compound -> true;
            case Expression.Call call -> true;
            case Expression.Output output -> true;
            case Expression.MapCall call -> !MAP_READERS.contains(call.method());
            case Expression.Builtin builtin -> WRITERS.contains(builtin.function());
            default -> false;
        });
    }
}
