package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Calls: of functions of the source and of the language, and of maps' methods. */
final class CallChecker {

    private static final Map<String, BuiltinFunction> BUILTINS = new LinkedHashMap<>();

    static {
        for (BuiltinFunction function : BuiltinFunction.values()) {
            if (function != BuiltinFunction.CONTEXT) {
                BUILTINS.put(function.spelling(), function);
            }
        }
    }

    private static final int COMM_LENGTH = 16;

    private final ExpressionChecker expressions;
    private final MapChecker maps;
    private final MemoryChecker memory;
    private final PrintChecker printing;

    CallChecker(ExpressionChecker expressions) {
        this.expressions = expressions;
        this.maps = new MapChecker(expressions);
        this.memory = new MemoryChecker(expressions);
        this.printing = new PrintChecker(expressions);
    }

    static boolean isBuiltin(String name) {
        return BUILTINS.containsKey(name) || PrintChecker.NAMES.contains(name);
    }

    static Stream<String> names() {
        return Stream.concat(BUILTINS.keySet().stream(), PrintChecker.NAMES.stream());
    }

    Expression call(ExpressionTree.Call call) {
        return switch (call.target()) {
            case ExpressionTree.Member member when !member.arrow() -> maps.call(call, member);
            case ExpressionTree.NameUse use -> named(call, use.name());
            default ->
                throw new Mistake(call.at(), "call", "only functions and methods of maps can be called");
        };
    }

    private Expression named(ExpressionTree.Call call, String name) {
        FunctionSymbol function = expressions.body().environment().functions().get(name);
        if (function != null) {
            return function(call, function);
        }
        if (PrintChecker.NAMES.contains(name)) {
            return printing.call(call, name);
        }
        BuiltinFunction builtin = BUILTINS.get(name);
        if (builtin == null) {
            TreeSet<String> known = new TreeSet<>(expressions.body().environment().functions().keySet());
            names().forEach(known::add);
            throw new Mistake(call.target().at(), "name",
                    "unknown function '" + name + "'" + Suggestion.of(name, known),
                    hint(name));
        }
        return builtin(call, builtin);
    }

    private static String[] hint(String name) {
        String hint = switch (name) {
            case "str" -> "use read_user_str(destination, pointer), or %s of printf with the pointer itself";
            case "nsecs", "bpf_ktime_get_ns" -> "use ktime_ns()";
            case "bpf_get_current_pid_tgid" -> "use pid() and tid()";
            case "bpf_printk", "trace_printk" -> "use printf";
            case "kstack" -> "use stack()";
            default -> "";
        };
        return hint.isEmpty() ? new String[0] : new String[]{hint};
    }

    private Expression function(ExpressionTree.Call call, FunctionSymbol function) {
        int count = function.parameters().size();
        expressions.requireCount(call.arguments(), count, count, function.name(), call.at());
        List<Expression> arguments = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            arguments.add(
                    expressions.to(call.arguments().get(index), function.parameters().get(index).type()));
        }
        expressions.body().called().add(function);
        return new Expression.Call(function, arguments, call.at());
    }

    private Expression builtin(ExpressionTree.Call call, BuiltinFunction function) {
        List<ExpressionTree> given = call.arguments();
        Span at = call.at();
        return switch (function) {
            case PID, TID, UID, GID, CPU, RAND -> plain(call, function, IntType.U32);
            case KTIME_NS, TASK -> plain(call, function, IntType.U64);
            case CGROUP_ID -> controlGroup(call, function);
            case COMM -> {
                expressions.requireCount(given, 0, 0, function.spelling(), at);
                yield new Expression.Builtin(function, List.of(), Optional.empty(),
                        new ArrayType(IntType.CHAR, COMM_LENGTH), at);
            }
            case STACK, USER_STACK -> stack(call, function);
            case READ_USER, READ_USER_STR, READ_KERNEL, READ_KERNEL_STR -> memory.read(call, function);
            case STRLEN -> memory.length(call);
            case STRNCMP -> memory.compare(call);
            case MEMCPY -> memory.copy(call);
            case MEMSET -> memory.set(call);
            case MIN, MAX -> extreme(call, function);
            case LOG2 -> {
                expressions.requireCount(given, 1, 1, function.spelling(), at);
                Expression value = Conversions.requireNumber(expressions.scalar(given.getFirst()),
                        "the argument");
                yield log2(Conversions.operand(value, IntType.U64), at);
            }
            case CONTEXT -> throw new IllegalStateException("not a function of the language");
        };
    }

    private static Expression log2(Expression value, Span at) {
        return value instanceof Constant constant
                ? new Constant(Long.SIZE - Long.numberOfLeadingZeros(constant.value()), IntType.U32, at)
                : new Expression.Builtin(BuiltinFunction.LOG2, List.of(value), Optional.empty(), IntType.U32,
                        at);
    }

    private Expression plain(ExpressionTree.Call call, BuiltinFunction function, IntType type) {
        expressions.requireCount(call.arguments(), 0, 0, function.spelling(), call.at());
        return new Expression.Builtin(function, List.of(), Optional.empty(), type, call.at());
    }

    private Expression controlGroup(ExpressionTree.Call call, BuiltinFunction function) {
        expressions.requireCount(call.arguments(), 0, 1, function.spelling(), call.at());
        List<Expression> level = call.arguments().stream()
                .map(given -> expressions.to(given, IntType.U32)).toList();
        return new Expression.Builtin(function, level, Optional.empty(), IntType.U64, call.at());
    }

    private Expression stack(ExpressionTree.Call call, BuiltinFunction function) {
        expressions.requireCount(call.arguments(), 0, 0, function.spelling(), call.at());
        if (expressions.body().context().isPresent() && !expressions.body().context().get().hasStack()) {
            throw new Mistake(call.at(), "probe", "there is no stack to walk in this kind of probe");
        }
        IntType type = function == BuiltinFunction.STACK ? IntType.KERNEL_STACK : IntType.USER_STACK;
        return new Expression.Builtin(function, List.of(), Optional.empty(), type, call.at());
    }

    private Expression extreme(ExpressionTree.Call call, BuiltinFunction function) {
        expressions.requireCount(call.arguments(), 2, 2, function.spelling(), call.at());
        Expression a = Conversions.requireNumber(expressions.scalar(call.arguments().get(0)),
                "the first argument");
        Expression b = Conversions.requireNumber(expressions.scalar(call.arguments().get(1)),
                "the second argument");
        IntType type = Conversions.common(a.type(), b.type());
        Expression left = Conversions.operand(a, type);
        Expression right = Conversions.operand(b, type);
        if (left instanceof Constant x && right instanceof Constant y) {
            int order = type.signed()
                    ? Long.compare(x.value(), y.value())
                    : Long.compareUnsigned(x.value(), y.value());
            boolean first = function == BuiltinFunction.MIN ? order <= 0 : order >= 0;
            return new Constant(first ? x.value() : y.value(), type, call.at());
        }
        return new Expression.Builtin(function, List.of(left, right), Optional.empty(), type, call.at());
    }
}
