package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import java.util.TreeSet;

/** A tracepoint's record: {@code args->field}. */
record TracepointContext(TracepointFormat format) implements ProbeContext {

    /** The low half of a data location is the offset from the record's start. */
    private static final long OFFSET_MASK = 0xffff;

    @Override
    public AddressSpace remote() {
        return format.category().equals("syscalls") || format.category().equals("raw_syscalls")
                ? AddressSpace.USER
                : AddressSpace.KERNEL;
    }

    @Override
    public Expression argument(int index, Span at) {
        throw new Mistake(at, "probe", "a tracepoint has fields instead of arguments", "use args->" + some());
    }

    private String some() {
        return format.fields().isEmpty() ? "field" : format.fields().getLast().name();
    }

    @Override
    public Operand field(String name, Span at) {
        TracepointFormat.Field field = format.field(name).orElseThrow(() -> unknown(name, at));
        if (!field.dataLocation()) {
            return new Operand.Own(new Place.Context(field.offset(), field.type(), at));
        }
        PointerType pointer = new PointerType(((ArrayType) field.type()).element(), AddressSpace.KERNEL);
        Expression location = new Expression.Read(new Place.Context(field.offset(), IntType.U32, at), at);
        Expression offset = Folder.arithmetic(Expression.Operator.AND, location,
                new Expression.Constant(OFFSET_MASK, IntType.U32, at), IntType.U32, at);
        return new Operand.Value(new Expression.PointerOffset(PlaceChecker.contextAddress(pointer, at),
                Folder.convert(offset, IntType.S64, at), 1, pointer, at));
    }

    private Mistake unknown(String name, Span at) {
        TreeSet<String> known = new TreeSet<>();
        format.fields().forEach(field -> known.add(field.name()));
        return new Mistake(at, "name",
                "tracepoint " + format.category() + ":" + format.name() + " has no field '" + name
                        + "'" + Suggestion.of(name, known),
                "it has " + String.join(", ", known));
    }
}
