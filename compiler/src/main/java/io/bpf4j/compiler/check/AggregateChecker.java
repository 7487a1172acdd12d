package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.ExpressionTree.Designator;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Aggregate.Part;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import java.util.ArrayList;
import java.util.List;

/** Values in braces, and offsets of fields. */
record AggregateChecker(ExpressionChecker expressions) {

    private record Target(Type type, int offset) {}

    /** Returns the value in braces of a type; a scalar may stand in braces too, as in C. */
    Expression aggregate(ExpressionTree.Aggregate tree, Type type) {
        TypeResolver.requireSize(type, tree.at());
        List<Part> parts = new ArrayList<>();
        switch (type) {
            case StructType struct -> struct(tree, struct, 0, parts);
            case ArrayType array -> array(tree, array, 0, parts);
            default -> {
                if (tree.entries().size() > 1
                        || tree.entries().stream().anyMatch(one -> !one.designators().isEmpty())) {
                    throw new Mistake(tree.at(), "type", "'" + type.spelling() + "' takes one value");
                }
                return tree.entries().isEmpty()
                        ? new Constant(0, type, tree.at())
                        : expressions.to(tree.entries().getFirst().value(), type);
            }
        }
        return new Expression.Aggregate(parts, type, tree.at());
    }

    private void fill(ExpressionTree value, Target target, List<Part> parts) {
        boolean braces = value instanceof ExpressionTree.Aggregate;
        if (braces && target.type instanceof StructType struct) {
            struct((ExpressionTree.Aggregate) value, struct, target.offset, parts);
        } else if (braces && target.type instanceof ArrayType array) {
            array((ExpressionTree.Aggregate) value, array, target.offset, parts);
        } else {
            parts.add(new Part(target.offset, expressions.to(value, target.type)));
        }
    }

    private void struct(ExpressionTree.Aggregate tree, StructType struct, int base, List<Part> parts) {
        int next = 0;
        for (ExpressionTree.Entry entry : tree.entries()) {
            if (entry.designators().isEmpty()) {
                int most = struct.kind() == StructType.Kind.UNION ? 1 : struct.fields().size();
                if (next >= most) {
                    throw new Mistake(entry.at(), "type", "'" + struct.spelling() + "' has only " + most
                            + (most == 1 ? " value" : " values"));
                }
                StructType.Field field = struct.fields().get(next++);
                fill(entry.value(), new Target(field.type(), base + field.offset()), parts);
            } else {
                fill(entry.value(), designated(new Target(struct, base), entry.designators(), entry.at()),
                        parts);
                next = following(struct, entry.designators().getFirst());
            }
        }
    }

    private static int following(StructType struct, Designator first) {
        for (int index = 0; index < struct.fields().size(); index++) {
            if (first instanceof Designator.Field field
                    && struct.fields().get(index).name().equals(field.name().text())) {
                return index + 1;
            }
        }
        return struct.fields().size();
    }

    private void array(ExpressionTree.Aggregate tree, ArrayType array, int base, List<Part> parts) {
        int next = 0;
        for (ExpressionTree.Entry entry : tree.entries()) {
            if (!entry.designators().isEmpty()) {
                Target target = designated(new Target(array, base), entry.designators(), entry.at());
                fill(entry.value(), target, parts);
                next = (target.offset - base) / Math.max(1, array.element().size()) + 1;
            } else if (next >= array.length()) {
                throw new Mistake(entry.at(), "type", "'" + array.spelling() + "' has only " + array.length()
                        + " elements");
            } else {
                fill(entry.value(), new Target(array.element(), base + next++ * array.element().size()),
                        parts);
            }
        }
    }

    private Target designated(Target start, List<Designator> path, Span at) {
        Target target = start;
        for (Designator step : path) {
            target = switch (step) {
                case Designator.Field field -> member(target, field.name());
                case Designator.Element element -> element(target, element.index(), at);
            };
        }
        return target;
    }

    private static Target member(Target target, Name name) {
        if (!(target.type instanceof StructType struct)) {
            throw new Mistake(name.at(), "type", "'" + target.type.spelling() + "' has no fields");
        }
        StructType.Field field = PlaceChecker.field(struct, name);
        return new Target(field.type(), target.offset + field.offset());
    }

    private Target element(Target target, ExpressionTree index, Span at) {
        if (!(target.type instanceof ArrayType array)) {
            throw new Mistake(at, "type", "'" + target.type.spelling() + "' has no elements");
        }
        long position = expressions.body().environment().types().constant(index, "an index in braces");
        if (position < 0 || position >= array.length()) {
            throw new Mistake(index.at(), "constant",
                    "index " + position + " is outside '" + array.spelling() + "'");
        }
        return new Target(array.element(), target.offset + (int) position * array.element().size());
    }

    Expression offset(ExpressionTree.Offsetof tree) {
        Target target = new Target(
                expressions.body().environment().types().complete(tree.type(), AddressSpace.USER), 0);
        for (Name name : tree.path()) {
            target = member(target, name);
        }
        return new Constant(target.offset, IntType.U64, tree.at());
    }
}
