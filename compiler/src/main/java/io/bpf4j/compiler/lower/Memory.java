package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lowers values that live in memory: structs, unions, arrays and text. */
final class Memory {
    /** Bytes that are copied or cleared by a straight run of instructions; beyond that a loop does it. */
    private static final int UNROLLED_BYTES = 256;
    /** Words that one round of such a loop handles. */
    private static final int WORDS_PER_ROUND = 8;
    private static final Operand ZERO = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Initialiser initialiser;

    Memory(FunctionLowering function) {
        this.function = function;
        code = function.code();
        initialiser = new Initialiser(function);
    }

    /** Returns room in the frame that the current statement may use. */
    Address temporary(int size) {
        return new Address(code.slots().take(Math.max(1, size), code.at()), 0, Long.BYTES);
    }

    /** Returns memory that holds a value of any type: its own place if it has one, else a copy. */
    Address holding(Expression value) {
        if (value instanceof Expression.Read read && function.places().isAddressable(read.place())) {
            return function.places().address(read.place());
        }
        Address room = temporary(value.type().size());
        store(value, room);
        return room;
    }

    /** Stores a value of any type. */
    void store(Expression value, Address destination) {
        if (Types.isScalar(value.type())) {
            code.store(value.type().size(), destination, function.expressions().value(value));
        } else {
            into(value, destination);
        }
    }

    /** Fills memory with a value that is no scalar; every byte of it, padding too, is written. */
    void into(Expression value, Address destination) {
        Span before = code.moveTo(value.at());
        switch (value) {
            case Expression.Read read -> read(read.place(), destination);
            case Expression.Text text -> text(text, destination);
            case Expression.Aggregate aggregate ->
                initialiser.initialise(aggregate.parts(), aggregate.type().size(), destination);
            case Expression.UserRead read -> function.expressions().userReadInto(read, destination);
            case Expression.Builtin builtin -> function.expressions().builtinInto(builtin, destination);
            case Expression.Conditional choice -> conditional(choice, destination);
            case Expression.Assign assign -> {
                function.expressions().effect(assign);
                read(assign.place(), destination);
            }
            default ->
                throw new IllegalStateException(value.at() + ": " + value.type() + " is no value in memory");
        }
        code.moveTo(before);
    }

    private void read(Place place, Address destination) {
        int size = place.type().size();
        switch (VariableFacts.rootOf(place)) {
            case Place.Context context -> function.places().copyContext(place, destination);
            case Place.MapElement element -> {
                Places.Path path = function.places().path(place);
                int found = code.block();
                int missing = code.block();
                int end = code.block();
                Value entry = function.maps().lookup(element.map(), element.key());
                code.branchIfZero(entry, missing, found);
                code.start(found);
                copy(function.places().within(new Address(entry, 0, Long.BYTES), path), destination, size);
                code.jump(end);
                code.start(missing);
                zero(destination, size);
                code.start(end);
            }
            default -> copy(function.places().address(place), destination, size);
        }
    }

    private void conditional(Expression.Conditional choice, Address destination) {
        int whenTrue = code.block();
        int whenFalse = code.block();
        int end = code.block();
        function.conditions().branch(choice.condition(), whenTrue, whenFalse);
        code.start(whenTrue);
        into(choice.whenTrue(), destination);
        code.jump(end);
        code.start(whenFalse);
        into(choice.whenFalse(), destination);
        code.start(end);
    }

    /** Assigns a value that is no scalar; it may be made of what it replaces. */
    void assign(Place place, Expression value) {
        boolean direct = value instanceof Expression.Read || value instanceof Expression.Text
                || !readsMemory(value);
        if (direct) {
            into(value, function.places().address(place));
        } else {
            Address room = temporary(value.type().size());
            into(value, room);
            copy(room, function.places().address(place), value.type().size());
        }
    }

    /** Comm, reads of the process from a computed address and the like do not look at own memory while they write. */
    private static boolean readsMemory(Expression value) {
        return switch (value) {
            case Expression.Builtin builtin -> false;
            case Expression.UserRead read -> false;
            default -> TreeWalk.anyExpression(value, inner -> inner instanceof Expression.Read
                    || inner instanceof Expression.Call);
        };
    }

    private void text(Expression.Text text, Address destination) {
        int size = text.type().size();
        byte[] bytes = Arrays.copyOf(text.value().getBytes(StandardCharsets.ISO_8859_1), size);
        int end = text.value().getBytes(StandardCharsets.ISO_8859_1).length;
        if (end <= UNROLLED_BYTES) {
            int words = Math.min(size, end + Long.BYTES - 1 & -Long.BYTES);
            storeBytes(bytes, words, destination);
            zero(destination.plus(words), size - words);
        } else {
            GlobalSections.Location literal = function.unit().sections().literal(bytes);
            copy(code.mapValue(literal.map(), literal.offset(), Long.BYTES), destination, size);
        }
    }

    private void storeBytes(byte[] bytes, int length, Address destination) {
        int at = 0;
        while (at < length) {
            Address place = destination.plus(at);
            int width = widthFor(place.widest(), length - at);
            long number = number(bytes, at, width);
            if (width == Long.BYTES && number != (int) number) {
                width = Integer.BYTES;
                number = number(bytes, at, width);
            }
            code.store(width, place, Operand.constant(number));
            at += width;
        }
    }

    private static int widthFor(int aligned, int left) {
        return Math.min(aligned, Integer.highestOneBit(Math.min(left, Long.BYTES)));
    }

    private static long number(byte[] bytes, int at, int width) {
        long number = 0;
        for (int i = width - 1; i >= 0; i--) {
            number = number << Byte.SIZE | bytes[at + i] & 0xff;
        }
        return Types.truncate(number, width, true);
    }

    /** Clears memory. */
    void zero(Address destination, int size) {
        fill(destination, size, 0);
    }

    /** Sets every byte of memory to the same constant. */
    void fill(Address destination, int size, int content) {
        long word = (content & 0xff) * 0x0101010101010101L;
        Operand stored = Operand.constant(word);
        bulk(size, destination.widest(), null, destination,
                (width, ignored, to) -> code.store(width, to, stored));
    }

    /** Sets every byte of memory to a computed one. */
    void fill(Address destination, int size, Operand content) {
        if (content instanceof Operand.Constant constant) {
            fill(destination, size, (int) constant.value());
            return;
        }
        Operand low = code.extend(1, false, content);
        Operand word = code.binary(AluOperation.MULTIPLY, true, low, Operand.constant(0x0101010101010101L));
        bulk(size, destination.widest(), null, destination,
                (width, ignored, to) -> code.store(width, to, word));
    }

    /** Copies memory; the two places are the same or do not overlap. */
    void copy(Address source, Address destination, int size) {
        bulk(size, Math.min(source.widest(), destination.widest()), source, destination, this::move);
    }

    /** Copies memory without a loop, whatever the size. */
    void copyUnrolled(Address source, Address destination, int size) {
        straight(0, size, Long.BYTES, source, destination, this::move);
    }

    private void move(int width, Address from, Address to) {
        code.store(width, to, code.load(width, false, from));
    }

    /** What happens to each word. */
    private interface Step {
        void apply(int width, Address source, Address destination);
    }

    private void bulk(int size, int width, Address source, Address destination, Step step) {
        int round = WORDS_PER_ROUND * width;
        int rounds = size / round;
        if (size <= UNROLLED_BYTES * width / Long.BYTES || rounds < 2) {
            straight(0, size, width, source, destination, step);
            return;
        }
        Address from = source == null ? null : new Address(code.pointerTo(source), 0, width);
        Address to = new Address(code.pointerTo(destination), 0, width);
        Value done = code.copyOf(ZERO);
        int body = code.block();
        int end = code.block();
        code.start(body);
        Address roundFrom = from == null ? null : moved(from, done, width);
        straight(0, round, width, roundFrom, moved(to, done, width), step);
        code.binaryInto(done, AluOperation.ADD, true, done, Operand.constant(round));
        code.branch(Condition.LESS, true, done, Operand.constant((long) rounds * round), body, end);
        code.start(end);
        straight(rounds * round, size, width, from, to, step);
    }

    private Address moved(Address start, Value distance, int width) {
        Operand pointer = code.binary(AluOperation.ADD, true, code.inRegister((Value) start.base()),
                distance);
        return new Address(code.inRegister(pointer), 0, width);
    }

    private void straight(int from, int to, int width, Address source, Address destination, Step step) {
        int at = from;
        while (at < to) {
            Address place = destination.plus(at);
            int chunk = widthFor(Math.min(width, place.widest()), to - at);
            if (source != null) {
                chunk = Math.min(chunk, source.plus(at).widest());
            }
            step.apply(chunk, source == null ? null : source.plus(at), place);
            at += chunk;
        }
    }

    /** Compares text with a constant, a word at a time, its NUL included if the array has room for one. */
    void branchOnText(Expression.TextEquals equals, int whenTrue, int whenFalse) {
        byte[] text = equals.constant().getBytes(StandardCharsets.ISO_8859_1);
        Type type = equals.text().type();
        if (text.length > type.size()) {
            function.expressions().effect(equals.text());
            code.jump(whenFalse);
            return;
        }
        int length = Math.min(text.length + 1, type.size());
        byte[] bytes = Arrays.copyOf(text, length);
        Address place = holding(equals.text());
        int at = 0;
        while (at < length) {
            Address word = place.plus(at);
            int width = widthFor(word.widest(), length - at);
            Value loaded = code.load(width, false, word);
            long expected = Types.truncate(number(bytes, at, width), width, width == Integer.BYTES);
            at += width;
            int next = at < length ? code.block() : whenTrue;
            code.branch(Condition.EQUAL, width != Integer.BYTES, loaded, Operand.constant(expected), next,
                    whenFalse);
            if (at < length) {
                code.start(next);
            }
        }
    }
}
