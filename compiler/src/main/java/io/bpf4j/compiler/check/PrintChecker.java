package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import io.bpf4j.vm.type.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code printf}, {@code print}, {@code clear} and {@code exit}: what a program tells its tool. */
record PrintChecker(ExpressionChecker expressions) {

    static final Set<String> NAMES = Set.of("printf", "print", "clear", "exit");

    /** How much of a text is copied that lies behind a pointer, its NUL included. */
    private static final int TEXT_LENGTH = 128;
    private static final Pattern CONVERSION = Pattern
            .compile("%(?<flags>[-+ #0]*)(?<width>\\d{1,4}|\\*)?(?<precision>\\.(?:\\d{0,4}|\\*))?"
                    + "(?:hh|h|ll|l|z|j|t|L)?(?<letter>.)?", Pattern.DOTALL);
    private static final String LETTERS = "diuxXocsp";

    Expression call(ExpressionTree.Call call, String name) {
        Span at = call.at();
        return switch (name) {
            case "printf" -> print(call);
            case "exit" -> {
                expressions.requireCount(call.arguments(), 0, 0, name, at);
                yield output(new OutputSite.Exit(id()), List.of(), at);
            }
            default -> {
                expressions.requireCount(call.arguments(), 1, 1, name, at);
                MapSpec spec = new MapChecker(expressions).named(call.arguments().getFirst()).spec();
                if (!spec.kind().hasEntries()) {
                    throw new Mistake(call.arguments().getFirst().at(), "map",
                            "a " + spec.kind().keyword() + " has no entries to " + name,
                            "use a hash or an array");
                }
                String map = spec.name();
                yield output(
                        name.equals("print")
                                ? new OutputSite.ShowMap(id(), map)
                                : new OutputSite.ClearMap(id(), map),
                        List.of(), at);
            }
        };
    }

    private int id() {
        return expressions.body().environment().nextOutput();
    }

    private Expression output(OutputSite site, List<Expression> arguments, Span at) {
        expressions.body().outputs().add(site);
        return new Expression.Output(site, arguments, at);
    }

    private Expression print(ExpressionTree.Call call) {
        if (call.arguments().isEmpty()
                || !(call.arguments().getFirst() instanceof ExpressionTree.Text format)) {
            throw new Mistake(call.at(), "format", "printf needs a format in quotes first",
                    "write printf(\"%d\\n\", value)");
        }
        List<Character> conversions = conversions(format);
        int given = call.arguments().size() - 1;
        if (given != conversions.size()) {
            throw new Mistake(call.at(), "format", "the format has " + conversions.size() + " conversion"
                    + (conversions.size() == 1 ? "" : "s") + ", but there "
                    + (given == 1 ? "is 1 argument" : "are " + given + " arguments"));
        }
        List<Expression> arguments = new ArrayList<>();
        List<Member> members = new ArrayList<>();
        members.add(new Member("id", IntType.U32));
        for (int index = 0; index < given; index++) {
            Expression argument = argument(call.arguments().get(index + 1), conversions.get(index));
            arguments.add(argument);
            members.add(new Member("arg" + index, argument.type()));
        }
        int id = id();
        byte[] bytes = format.value().getBytes(StandardCharsets.ISO_8859_1);
        StructType record = StructType.struct("printf_" + id, members);
        return output(new OutputSite.Print(id, new String(bytes, StandardCharsets.UTF_8), record), arguments,
                call.at());
    }

    private static List<Character> conversions(ExpressionTree.Text format) {
        List<Character> letters = new ArrayList<>();
        Matcher matcher = CONVERSION.matcher(format.value());
        int from = 0;
        while (matcher.find(from)) {
            from = matcher.end();
            String letter = matcher.group("letter");
            String whole = matcher.group();
            if (letter == null) {
                throw new Mistake(format.at(), "format",
                        "the format ends within the conversion '" + whole + "'",
                        "write %% for a percent sign");
            }
            if (whole.contains("*")) {
                throw new Mistake(format.at(), "format", "'" + whole + "': a width must be a number here");
            }
            if (letter.equals("%")) {
                continue;
            }
            if (LETTERS.indexOf(letter.charAt(0)) < 0) {
                throw new Mistake(format.at(), "format", "unknown conversion '" + whole + "'",
                        "use %d %i %u %x %X %o %c %s %p or %%");
            }
            letters.add(letter.charAt(0));
        }
        return letters;
    }

    private Expression argument(ExpressionTree tree, char letter) {
        if (letter == 's') {
            return text(tree);
        }
        Operand operand = expressions.operand(tree);
        boolean pointerWanted = letter == 'p' || letter == 'x' || letter == 'X';
        Expression value = pointerWanted ? expressions.decayed(operand) : expressions.read(operand);
        if (value.type() instanceof PointerType && pointerWanted) {
            return Folder.convert(value, IntType.U64, tree.at());
        }
        if (!Conversions.isNumber(value.type())) {
            boolean text = value.type() instanceof ArrayType array && array.isString();
            throw new Mistake(tree.at(), "format",
                    "%" + letter + " needs a number, not '" + value.type().spelling() + "'",
                    text
                            ? "use %s for text"
                            : value.type() instanceof PointerType
                                    ? "use %p for a pointer, or %d with *"
                                    : "print its fields");
        }
        boolean signed = Conversions.number(value.type()).signed();
        return Folder.convert(value, signed ? IntType.S64 : IntType.U64, tree.at());
    }

    private Expression text(ExpressionTree tree) {
        Operand operand = expressions.operand(tree);
        Type type = operand.type();
        if (type instanceof ArrayType array && array.isString() && array.length() > 0) {
            return expressions.read(operand);
        }
        if (type instanceof PointerType pointer && pointer.target().size() == 1
                && pointer.space() != AddressSpace.OWN
                || type instanceof ArrayType flexible && flexible.isString()
                        && operand instanceof Operand.Remote) {
            Expression address = expressions.decayed(operand);
            return new Expression.UserRead(address, ((PointerType) address.type()).space(),
                    new ArrayType(IntType.CHAR, TEXT_LENGTH), tree.at());
        }
        throw new Mistake(tree.at(), "format", "%s needs text, not '" + type.spelling() + "'",
                type instanceof PointerType pointer && pointer.space() != AddressSpace.OWN
                        ? "cast it to (char *)"
                        : Conversions.isNumber(type) ? "use %d for a number" : "print an array of char");
    }
}
