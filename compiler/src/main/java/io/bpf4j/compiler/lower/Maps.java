package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.Type;

/** Lowers what is done with the entries of maps. */
final class Maps {
    private static final Operand ZERO = Operand.constant(0);
    /** Flags of an update (include/uapi/linux/bpf.h): create or replace, or create only. */
    private static final Operand ANY = Operand.constant(0);
    private static final Operand ONLY_NEW = Operand.constant(1);
    /** Up to this size a new entry's zero bytes are made in the frame; beyond they are read-only data. */
    private static final int SMALL_VALUE = 16;

    private final FunctionLowering function;
    private final CodeBuilder code;
    private final Histograms histograms;
    private final Rings rings;

    Maps(FunctionLowering function) {
        this.function = function;
        code = function.code();
        histograms = new Histograms(function, this);
        rings = new Rings(function, this);
    }

    /** Lowers a method. */
    Operand call(Expression.MapCall call) {
        MapVariable map = call.map();
        return switch (call.method()) {
            case LOOKUP -> lookup(map, call.arguments().getFirst());
            case LOOKUP_OR_INIT -> lookupOrInit(map, function.memory().holding(call.arguments().getFirst()));
            case UPDATE -> update(call, ANY);
            case INSERT -> update(call, ONLY_NEW);
            case DELETE -> {
                Address key = function.memory().holding(call.arguments().getFirst());
                yield code.call(Helper.MAP_DELETE_ELEM, code.map(map.spec().name()), code.pointerTo(key));
            }
            case ADD -> histograms.add(call);
            case RESERVE -> rings.reserve(call);
            case SUBMIT -> rings.finish(call, Helper.RINGBUF_SUBMIT);
            case DISCARD -> rings.finish(call, Helper.RINGBUF_DISCARD);
            case OUTPUT -> rings.output(call);
        };
    }

    /** Returns a pointer to an entry's value, or null. */
    Value lookup(MapVariable map, Expression key) {
        return lookup(map.spec(), function.memory().holding(key));
    }

    Value lookup(MapSpec map, Address key) {
        return lookup(map.name(), key);
    }

    /** Looks up an entry of a map that the compiler made. */
    Value lookup(String map, Address key) {
        return code.call(Helper.MAP_LOOKUP_ELEM, code.map(map), code.pointerTo(key));
    }

    private Operand update(Expression.MapCall call, Operand flags) {
        Address key = function.memory().holding(call.arguments().get(0));
        Address value = function.memory().holding(call.arguments().get(1));
        return update(call.map().spec(), key, value, flags);
    }

    private Value update(MapSpec map, Address key, Address value, Operand flags) {
        return code.call(Helper.MAP_UPDATE_ELEM, code.map(map.name()), code.pointerTo(key),
                code.pointerTo(value),
                flags);
    }

    private static boolean isArray(MapSpec map) {
        return map.kind() == MapKind.ARRAY || map.kind() == MapKind.PERCPU_ARRAY;
    }

    /**
     * Makes sure that an entry exists, and goes on at one of two blocks; returns its pointer, which is not null where
     * it was found.
     */
    Value lookupOrCreate(MapSpec map, Address key, int found, int full) {
        Value entry = code.copyOf(lookup(map, key));
        if (isArray(map)) {
            code.branchIfZero(entry, full, found);
            return entry;
        }
        int missing = code.block();
        code.branchIfZero(entry, missing, found);
        code.start(missing);
        update(map, key, zeros(map.valueSize()), ONLY_NEW);
        code.copy(entry, lookup(map, key));
        code.branchIfZero(entry, full, found);
        return entry;
    }

    private Address zeros(int size) {
        if (size <= SMALL_VALUE) {
            Address room = function.memory().temporary(size);
            function.memory().zero(room, size);
            return room;
        }
        GlobalSections.Location place = function.unit().sections().zeros();
        return code.mapValue(place.map(), place.offset(), Long.BYTES);
    }

    private Operand lookupOrInit(MapVariable map, Address key) {
        MapSpec spec = map.spec();
        int full = code.block();
        int end = code.block();
        Value entry = lookupOrCreate(spec, key, end, full);
        code.start(full);
        count(spec.name(), LossCounter.Kind.MAP_FULL);
        function.unit().needSink(spec.valueSize());
        Address sink = code.mapValue(UnitState.SINK, 0, Long.BYTES);
        function.memory().zero(sink, spec.valueSize());
        code.copy(entry, code.pointerTo(sink));
        code.start(end);
        return entry;
    }

    /** {@code m[k] = v}. */
    Operand assign(Place.MapElement element, Expression value) {
        MapSpec map = element.map().spec();
        Address key = function.memory().holding(element.key());
        if (Types.isScalar(value.type()) && isArray(map)) {
            return assignInArray(map, key, value);
        }
        Operand result = ZERO;
        Address held;
        if (Types.isScalar(value.type())) {
            result = function.expressions().value(value);
            held = inFrame(result, value.type());
        } else {
            held = function.memory().holding(value);
        }
        Value error = update(map, key, held, ANY);
        int failed = code.block();
        int end = code.block();
        code.branchIfZero(error, end, failed);
        code.start(failed);
        count(map.name(), LossCounter.Kind.MAP_FULL);
        code.start(end);
        return result;
    }

    private Address inFrame(Operand value, Type type) {
        Address room = function.memory().temporary(type.size());
        code.store(type.size(), room, value);
        return room;
    }

    /** An entry of an array always exists, if the index is right, and is reached without a call. */
    private Operand assignInArray(MapSpec map, Address key, Expression value) {
        Operand result = function.expressions().value(value);
        Value entry = lookup(map, key);
        int found = code.block();
        int end = code.block();
        code.branchIfZero(entry, end, found);
        code.start(found);
        code.store(value.type().size(), new Address(entry, 0, Long.BYTES), result);
        code.start(end);
        return result;
    }

    /**
     * {@code m[k] op= v}. A new entry gets its value at once; if another CPU was faster, its entry is changed.
     *
     * @param wanted whether the result is used
     */
    Operand compound(Place.MapElement element, Expression.Compound compound, boolean wanted) {
        MapSpec map = element.map().spec();
        Assignments assignments = new Assignments(function);
        Address key = function.memory().holding(element.key());
        Operand value = function.expressions().keepIfChanged(function.expressions().value(compound.value()),
                compound);
        Value result = code.value();
        Value entry = code.copyOf(lookup(map, key));
        int found = code.block();
        int missing = code.block();
        int end = code.block();
        code.branchIfZero(entry, missing, found);
        code.start(found);
        boolean shared = !map.kind().perCpu();
        Operand changed = assignments.update(compound, new Address(entry, 0, Long.BYTES), value, shared,
                wanted);
        if (wanted) {
            code.copy(result, changed);
        }
        code.jump(end);
        code.start(missing);
        Operand fresh = assignments.changed(compound, ZERO, value);
        if (wanted) {
            code.copy(result, compound.yieldsOld() ? ZERO : fresh);
        }
        if (!isArray(map)) {
            insert(map, key, entry, inFrame(fresh, compound.place().type()), found, end);
        }
        code.start(end);
        return wanted ? result : ZERO;
    }

    private void insert(MapSpec map, Address key, Value entry, Address fresh, int found, int end) {
        int exists = code.block();
        int full = code.block();
        Value error = update(map, key, fresh, ONLY_NEW);
        code.branchIfZero(error, end, exists);
        code.start(exists);
        code.copy(entry, lookup(map, key));
        code.branchIfZero(entry, full, found);
        code.start(full);
        count(map.name(), LossCounter.Kind.MAP_FULL);
    }

    /** Counts a loss of this program. */
    void count(String subject, LossCounter.Kind kind) {
        int index = function.unit().lossIndex(function.probe().name(), subject, kind);
        int found = code.block();
        int end = code.block();
        Address key = function.memory().temporary(Integer.BYTES);
        code.store(Integer.BYTES, key, Operand.constant(index));
        Value counter = lookup(UnitState.STATISTICS, key);
        code.branchIfZero(counter, end, found);
        code.start(found);
        Address place = new Address(counter, 0, Long.BYTES);
        Value before = code.load(Long.BYTES, false, place);
        code.store(Long.BYTES, place, code.binary(AluOperation.ADD, true, before, Operand.constant(1)));
        code.start(end);
    }

    /** Counts a loss where a helper's result is negative. */
    void countIfNegative(Value error, String subject) {
        int failed = code.block();
        int end = code.block();
        code.branch(Condition.SIGNED_LESS, true, error, ZERO, failed, end);
        code.start(failed);
        count(subject, LossCounter.Kind.LOST);
        code.start(end);
    }
}
