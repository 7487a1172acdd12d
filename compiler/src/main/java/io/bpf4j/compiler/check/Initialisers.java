package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.type.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** First values of variables: the length of arrays from them, and the bytes of globals. */
final class Initialisers {

    private Initialisers() {}

    /** Returns the type with the length that its value gives an array without one. */
    static TypeTree sized(TypeTree type, Optional<ExpressionTree> value, Name name) {
        if (!(type instanceof TypeTree.Array array) || array.length().isPresent()) {
            return type;
        }
        long length = switch (value.orElse(null)) {
            case ExpressionTree.Text text -> text.value().length() + 1L;
            case ExpressionTree.Aggregate aggregate when aggregate.entries().stream()
                    .allMatch(entry -> entry.designators().isEmpty()) ->
                aggregate.entries().size();
            case null, default ->
                throw new Mistake(name.at(), "type", "the array '" + name.text() + "' needs a length",
                        "write it into the brackets, as in " + name.text() + "[16]");
        };
        ExpressionTree number = new ExpressionTree.Number(length, true, false, false, array.at());
        return new TypeTree.Array(array.element(), Optional.of(number), array.at());
    }

    /** Returns the bytes of a constant value. */
    static byte[] bytes(Expression value, Type type) {
        ByteBuffer bytes = ByteBuffer.allocate(type.size()).order(ByteOrder.LITTLE_ENDIAN);
        write(value, bytes, 0);
        return bytes.array();
    }

    private static void write(Expression value, ByteBuffer bytes, int offset) {
        switch (value) {
            case Expression.Constant constant -> {
                for (int index = 0; index < constant.type().size(); index++) {
                    bytes.put(offset + index, (byte) (constant.value() >> index * Byte.SIZE));
                }
            }
            case Expression.Text text -> {
                for (int index = 0; index < text.value().length(); index++) {
                    bytes.put(offset + index, (byte) text.value().charAt(index));
                }
            }
            case Expression.Aggregate aggregate ->
                aggregate.parts().forEach(part -> write(part.value(), bytes, offset + part.offset()));
            default ->
                throw new Mistake(value.at(), "constant", "the first value of a global must be a constant",
                        "set it in 'probe begin'");
        }
    }
}
