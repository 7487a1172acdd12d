package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.PointerType;
import java.util.List;
import java.util.OptionalInt;

/** Lowers the functions of the language. */
final class Builtins {
    private static final Operand ZERO = Operand.constant(0);
    private static final Operand THIRTY_TWO = Operand.constant(32);
    private static final Operand UPPER_HALF = Operand.constant(0xffff_ffff_0000_0000L);
    /** Asks for the user's stack (include/uapi/linux/bpf.h, BPF_F_USER_STACK). */
    private static final Operand USER_STACK = Operand.constant(1 << 8);

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final TextFunctions text;

    Builtins(FunctionLowering function) {
        this.function = function;
        code = function.code();
        text = new TextFunctions(function);
    }

    Operand scalar(Expression.Builtin builtin) {
        List<Expression> arguments = builtin.arguments();
        return switch (builtin.function()) {
            case PID -> upperHalf(Helper.GET_CURRENT_PID_TGID);
            case TID -> lowerHalf(Helper.GET_CURRENT_PID_TGID);
            case UID -> lowerHalf(Helper.GET_CURRENT_UID_GID);
            case GID -> upperHalf(Helper.GET_CURRENT_UID_GID);
            case KTIME_NS -> code.call(Helper.KTIME_GET_NS);
            case CPU -> lowerHalf(Helper.GET_SMP_PROCESSOR_ID);
            case RAND -> lowerHalf(Helper.GET_PRANDOM_U32);
            case TASK -> code.call(Helper.GET_CURRENT_TASK);
            case CGROUP_ID -> arguments.isEmpty()
                    ? code.call(Helper.GET_CURRENT_CGROUP_ID)
                    : code.call(Helper.GET_CURRENT_ANCESTOR_CGROUP_ID,
                            function.expressions().value(arguments.getFirst()));
            case STACK -> stack(builtin, ZERO);
            case USER_STACK -> stack(builtin, USER_STACK);
            case READ_USER -> read(arguments, AddressSpace.USER, false);
            case READ_USER_STR -> read(arguments, AddressSpace.USER, true);
            case READ_KERNEL -> read(arguments, AddressSpace.KERNEL, false);
            case READ_KERNEL_STR -> read(arguments, AddressSpace.KERNEL, true);
            case STRLEN -> text.length(arguments);
            case STRNCMP -> text.compare(arguments);
            case MEMCPY -> copy(arguments);
            case MEMSET -> fill(arguments);
            case MIN -> select(builtin, true);
            case MAX -> select(builtin, false);
            case LOG2 -> new Histograms(function, function.maps())
                    .bitLength(function.expressions().value(arguments.getFirst()));
            case CONTEXT -> function.context(builtin.at());
            case COMM -> throw new IllegalStateException(builtin.at() + ": comm() is no scalar");
        };
    }

    /** Lowers comm, the one function whose result is memory. */
    void into(Expression.Builtin builtin, Address destination) {
        if (builtin.function() != BuiltinFunction.COMM) {
            throw new IllegalStateException(builtin.at() + ": " + builtin.function() + " is a scalar");
        }
        code.call(Helper.GET_CURRENT_COMM, code.pointerTo(destination),
                Operand.constant(builtin.type().size()));
    }

    private Operand lowerHalf(Helper helper) {
        return code.extend(Integer.BYTES, false, code.call(helper));
    }

    private Operand upperHalf(Helper helper) {
        Operand half = code.binary(AluOperation.SHIFT_RIGHT, true, code.call(helper), THIRTY_TWO);
        code.promiseUpperZero((Value) half);
        return half;
    }

    /** Puts the process and the stack's key into one number: vm.type.StackId. */
    private Operand stack(Expression.Builtin builtin, Operand flags) {
        Operand id = code.call(Helper.GET_STACKID, function.context(builtin.at()),
                code.map(function.unit().stackMap()), flags);
        Operand key = code.extend(Integer.BYTES, false, id);
        Operand process = code.binary(AluOperation.AND, true, code.call(Helper.GET_CURRENT_PID_TGID),
                UPPER_HALF);
        return code.binary(AluOperation.OR, true, process, key);
    }

    private Operand read(List<Expression> arguments, AddressSpace space, boolean asText) {
        Expression destination = arguments.get(0);
        if (ReadIntoArray.isFor(destination)) {
            return new ReadIntoArray(function, space, asText).lower(arguments);
        }
        Operand address = function.expressions().value(arguments.get(1));
        Operand size = function.expressions().value(arguments.get(2));
        OptionalInt room = room(destination);
        if (room.isPresent()) {
            size = size instanceof Operand.Constant constant
                    ? Operand.constant(Long.compareUnsigned(constant.value(), room.getAsInt()) > 0
                            ? room.getAsInt()
                            : constant.value())
                    : function.places().clamp(size, room.getAsInt());
        }
        Operand pointer = function.expressions().value(destination);
        return code.call(Operations.reader(space, asText), pointer, size, address);
    }

    /** Returns how many bytes a pointer may be used for, where the place that it points to tells. */
    private static OptionalInt room(Expression pointer) {
        if (!(pointer instanceof Expression.AddressOf address)) {
            return OptionalInt.empty();
        }
        int size = switch (address.place()) {
            case Place.Element element when element.index() instanceof Expression.Constant index ->
                element.base().type().size() - (int) index.value() * element.type().size();
            case Place.Element element -> 0;
            default -> address.place().type().size();
        };
        return size > 0 ? OptionalInt.of(size) : OptionalInt.empty();
    }

    private Operand copy(List<Expression> arguments) {
        int size = constant(arguments.get(2));
        Address destination = pointed(arguments.get(0));
        function.memory().copy(pointed(arguments.get(1)), destination, size);
        return ZERO;
    }

    private Operand fill(List<Expression> arguments) {
        Operand content = function.expressions().value(arguments.get(1));
        function.memory().fill(pointed(arguments.get(0)), constant(arguments.get(2)), content);
        return ZERO;
    }

    private int constant(Expression expression) {
        if (expression instanceof Expression.Constant constant) {
            return Math.toIntExact(constant.value());
        }
        throw new IllegalStateException(expression.at() + ": the size is no constant");
    }

    /** Returns what a pointer points to, as a place with all that is known of its alignment. */
    private Address pointed(Expression pointer) {
        if (pointer instanceof Expression.AddressOf address
                && address.place().type() instanceof ArrayType array) {
            return function.places().address(new Place.Pointee(pointer, array, pointer.at()));
        }
        return function.places().address(
                new Place.Pointee(pointer, ((PointerType) pointer.type()).target(), pointer.at()));
    }

    /** The register that is compared is the result, so that the verifier knows its bounds. */
    private Operand select(Expression.Builtin builtin, boolean smaller) {
        boolean signed = Types.signed(builtin.type());
        boolean wide = Types.wide(builtin.type());
        Expression first = builtin.arguments().get(0);
        Expression second = builtin.arguments().get(1);
        Operand left = function.expressions().keepIfChanged(function.expressions().value(first), second);
        Operand right = function.expressions().value(second);
        if (left instanceof Operand.Constant) {
            Operand exchanged = left;
            left = right;
            right = exchanged;
        }
        Condition replaces = smaller
                ? signed ? Condition.SIGNED_GREATER : Condition.GREATER
                : signed ? Condition.SIGNED_LESS : Condition.LESS;
        Value result = code.copyOf(left);
        int replace = code.block();
        int end = code.block();
        boolean bothUpperZero = code.isUpperZero(left) && code.isUpperZero(right);
        code.branch(replaces, wide || !signed && bothUpperZero, result, right, replace, end);
        code.start(replace);
        code.copy(result, right);
        code.start(end);
        return result;
    }
}
