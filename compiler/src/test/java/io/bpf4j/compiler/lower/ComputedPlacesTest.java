package io.bpf4j.compiler.lower;

import static io.bpf4j.compiler.lower.Tree.AT;
import static io.bpf4j.compiler.lower.Tree.address;
import static io.bpf4j.compiler.lower.Tree.array;
import static io.bpf4j.compiler.lower.Tree.assign;
import static io.bpf4j.compiler.lower.Tree.builtin;
import static io.bpf4j.compiler.lower.Tree.declare;
import static io.bpf4j.compiler.lower.Tree.element;
import static io.bpf4j.compiler.lower.Tree.entry;
import static io.bpf4j.compiler.lower.Tree.field;
import static io.bpf4j.compiler.lower.Tree.local;
import static io.bpf4j.compiler.lower.Tree.number;
import static io.bpf4j.compiler.lower.Tree.place;
import static io.bpf4j.compiler.lower.Tree.read;
import static io.bpf4j.compiler.lower.Tree.run;
import static io.bpf4j.compiler.lower.Tree.struct;
import static io.bpf4j.compiler.lower.Tree.user;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.compiler.IrInterpreter;
import io.bpf4j.compiler.ir.IrChecker;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Places whose index is known only when the program runs: parts of the context, targets of reads. */
class ComputedPlacesTest {
    private static final int ARRAY_OFFSET = 16;
    private static final Expression INDEX = read(new Place.Context(8, IntType.U64, AT));

    private final Tree tree = new Tree();

    private static IrUnit lower(Tree tree, Statement... body) {
        IrUnit lowered = Lowerer.lower(tree.unit(ProgramType.TRACEPOINT, body));
        IrChecker.require(lowered);
        return lowered;
    }

    /** Byte n is n, but the index. */
    private static ByteBuffer context(long index) {
        ByteBuffer context = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < context.capacity(); at++) {
            context.put(at, (byte) at);
        }
        return context.putLong(8, index);
    }

    private MapVariable results(Type type) {
        return tree.map("results", MapKind.ARRAY, IntType.U32, type, 1);
    }

    private static byte[] result(IrUnit unit, long index) {
        IrInterpreter interpreter = new IrInterpreter(unit);
        interpreter.run(context(index).array());
        ByteBuffer entry = interpreter.entry("results", 0);
        byte[] bytes = new byte[entry.remaining()];
        entry.get(entry.position(), bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 100, -1})
    void aStructIsCopiedFromAComputedElementOfTheContext(long index) {
        StructType point = struct("point", "x", IntType.U32, "y", IntType.U32, "z", IntType.U32);
        Place points = new Place.Context(ARRAY_OFFSET, array(point, 4), AT);
        IrUnit unit = lower(tree, run(assign(entry(results(point), number(0, IntType.U32)),
                read(element(points, INDEX)))));
        int start = ARRAY_OFFSET + 12 * (int) (index >= 0 && index < 4 ? index : 3);
        assertArrayEquals(Arrays.copyOfRange(context(index).array(), start, start + 12), result(unit, index));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 7})
    void aFieldIsReadFromAComputedElementWhoseSizeIsNoMultipleOfIts(long index) {
        StructType name = struct("name", "kind", IntType.U32, "text", array(IntType.U32, 2));
        StructType outer = struct("outer", "head", IntType.U64, "names", array(name, 3));
        Place names = field(new Place.Context(ARRAY_OFFSET, outer, AT), "names");
        IrUnit unit = lower(tree, run(assign(entry(results(IntType.U32), number(0, IntType.U32)),
                read(element(field(element(names, INDEX), "text"), INDEX)))));
        int start = ARRAY_OFFSET + 8 + 12 * (int) Math.min(index, 2) + 4 + 4 * (int) Math.min(index, 1);
        assertEquals(context(index).getInt(start), ByteBuffer.wrap(result(unit, index))
                .order(ByteOrder.LITTLE_ENDIAN).getInt());
    }

    @ParameterizedTest
    @CsvSource({"0,16,READ_USER_STR", "3,16,READ_USER_STR", "12,16,READ_USER_STR", "15,16,READ_USER_STR",
        "99,16,READ_USER_STR", "2,4,READ_USER_STR", "0,16,READ_USER", "5,16,READ_USER", "2,4,READ_USER"})
    void aReadIntoAnArrayBeginsAtTheElementAndEndsWithTheArray(int index, int size, BuiltinFunction reader) {
        LocalVariable text = local("text", array(IntType.CHAR, 16));
        Expression call = builtin(reader, IntType.S64, address(element(place(text), INDEX)),
                number(IrInterpreter.USER, user(VoidType.VOID)), number(size, IntType.U64));
        IrUnit unit = lower(tree, declare(text, Tree.text("................", 16)), run(call),
                run(assign(entry(results(array(IntType.CHAR, 16)), number(0, IntType.U32)), read(text))));
        byte[] expected = "................".getBytes(StandardCharsets.US_ASCII);
        int first = Math.min(index, 15);
        int room = Math.min(size, 16 - first);
        byte[] source = "hello\0world, and more".getBytes(StandardCharsets.US_ASCII);
        int count = reader == BuiltinFunction.READ_USER ? room : Math.min(room, 6);
        System.arraycopy(source, 0, expected, first, count);
        if (reader == BuiltinFunction.READ_USER_STR) {
            expected[first + count - 1] = 0;
        }
        IrInterpreter interpreter = new IrInterpreter(unit, source);
        interpreter.run(context(index).array());
        byte[] actual = new byte[16];
        interpreter.entry("results", 0).get(0, actual);
        assertEquals(new String(expected, StandardCharsets.US_ASCII),
                new String(actual, StandardCharsets.US_ASCII));
    }
}
