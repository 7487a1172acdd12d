package io.bpf4j.compiler.lower;

import static io.bpf4j.compiler.lower.Tree.AT;
import static io.bpf4j.compiler.lower.Tree.address;
import static io.bpf4j.compiler.lower.Tree.aggregate;
import static io.bpf4j.compiler.lower.Tree.arithmetic;
import static io.bpf4j.compiler.lower.Tree.array;
import static io.bpf4j.compiler.lower.Tree.assign;
import static io.bpf4j.compiler.lower.Tree.block;
import static io.bpf4j.compiler.lower.Tree.builtin;
import static io.bpf4j.compiler.lower.Tree.call;
import static io.bpf4j.compiler.lower.Tree.compare;
import static io.bpf4j.compiler.lower.Tree.compound;
import static io.bpf4j.compiler.lower.Tree.convert;
import static io.bpf4j.compiler.lower.Tree.declare;
import static io.bpf4j.compiler.lower.Tree.element;
import static io.bpf4j.compiler.lower.Tree.entry;
import static io.bpf4j.compiler.lower.Tree.field;
import static io.bpf4j.compiler.lower.Tree.increment;
import static io.bpf4j.compiler.lower.Tree.leave;
import static io.bpf4j.compiler.lower.Tree.local;
import static io.bpf4j.compiler.lower.Tree.logical;
import static io.bpf4j.compiler.lower.Tree.loop;
import static io.bpf4j.compiler.lower.Tree.not;
import static io.bpf4j.compiler.lower.Tree.number;
import static io.bpf4j.compiler.lower.Tree.own;
import static io.bpf4j.compiler.lower.Tree.place;
import static io.bpf4j.compiler.lower.Tree.pointee;
import static io.bpf4j.compiler.lower.Tree.read;
import static io.bpf4j.compiler.lower.Tree.register;
import static io.bpf4j.compiler.lower.Tree.run;
import static io.bpf4j.compiler.lower.Tree.struct;
import static io.bpf4j.compiler.lower.Tree.text;
import static io.bpf4j.compiler.lower.Tree.user;
import static io.bpf4j.compiler.lower.Tree.userRead;
import static io.bpf4j.compiler.lower.Tree.when;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.IrInterpreter;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrChecker;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.ReferenceArithmetic;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lowers trees and runs the result: what comes out is what C's rules and the language's own say. */
class LoweringTest {
    private static final Expression ARGUMENT = register(PtRegs.DI);

    private final Tree tree = new Tree();
    private final MapVariable results = tree.map("results", MapKind.ARRAY, IntType.U32, IntType.U64, 8);

    private static IrUnit lower(TypedUnit unit) {
        IrUnit lowered = Lowerer.lower(unit);
        IrChecker.require(lowered);
        return lowered;
    }

    private Statement result(int index, Expression value) {
        Expression wide = value.type().size() == 8 ? value : convert(value, IntType.U64);
        return run(assign(entry(results, number(index, IntType.U32)), wide));
    }

    private static long extend(Type type, long number) {
        return ReferenceArithmetic.extend(type.size() * Byte.SIZE, Types.signed(type), number);
    }

    private static IrInterpreter started(IrUnit unit, long argument, byte... user) {
        IrInterpreter interpreter = new IrInterpreter(unit, user);
        long[] registers = new long[PtRegs.values().length];
        registers[PtRegs.DI.ordinal()] = argument;
        interpreter.run(registers);
        return interpreter;
    }

    private long resultFor(IrUnit unit, long argument) {
        return started(unit, argument).entry("results", 0).getLong(0);
    }

    private static long count(IrUnit unit, Predicate<Instruction> test) {
        return unit.programs().stream().flatMap(program -> program.functions().stream())
                .flatMap(function -> function.blocks().stream())
                .flatMap(block -> block.instructions().stream()).filter(test).count();
    }

    @ParameterizedTest
    @CsvSource({"U8,S64", "S8,S64", "S8,U32", "S32,S64", "S32,U64", "U32,U64", "S16,S32", "U16,U8",
        "S32,BOOL",
        "S8,U16", "S64,S16", "CHAR,U8", "U64,S32"})
    void conversionsKeepTheNumberThatFits(IntType from, IntType to) {
        IrUnit unit = lower(tree.unit(result(0, convert(convert(convert(ARGUMENT, from), to), IntType.S64))));
        for (long number : new long[]{0, 1, -1, 127, 128, 255, 256, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL,
            -129,
            Long.MIN_VALUE, Long.MAX_VALUE}) {
            long first = extend(from, number);
            long expected = to == IntType.BOOL
                    ? first == 0 ? 0 : 1
                    : extend(to, first);
            assertEquals(expected, resultFor(unit, number), from + " to " + to + " of " + number);
        }
    }

    @Test
    void signedDivisionBySpecialNumbersIsDefined() {
        Expression value = convert(ARGUMENT, IntType.S32);
        IrUnit unit = lower(tree.unit(
                result(0, convert(arithmetic(Operator.DIVIDE, number(7, IntType.S32), value), IntType.S64)),
                result(1, convert(arithmetic(Operator.MODULO, number(7, IntType.S32), value), IntType.S64)),
                result(2, convert(arithmetic(Operator.DIVIDE, number(Integer.MIN_VALUE, IntType.S32), value),
                        IntType.S64)),
                result(3, convert(arithmetic(Operator.DIVIDE, value, number(0, IntType.S32)), IntType.S64))));
        assertEquals(0, resultFor(unit, 0));
        assertEquals(7, started(unit, 0).entry("results", 1).getLong(0));
        assertEquals(Integer.MIN_VALUE, started(unit, -1).entry("results", 2).getLong(0));
        assertEquals(0, started(unit, 5).entry("results", 3).getLong(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 9, 10, 11, -1, Long.MIN_VALUE, 0xffff_ffffL, 0x1_0000_0000L})
    void aWildIndexIsClampedToTheLastElement(long index) {
        for (Type type : List.of(IntType.S32, IntType.U64, IntType.S64, IntType.S8, IntType.U16)) {
            Tree fresh = new Tree();
            MapVariable out = fresh.map("results", MapKind.ARRAY, IntType.U32, IntType.U64, 1);
            LocalVariable array = local("numbers", array(IntType.U32, 10));
            LocalVariable i = local("i", IntType.S32);
            IrUnit unit = lower(fresh.unit(declare(array, null), declare(i, number(0, IntType.S32)),
                    loop(compare(Condition.SIGNED_LESS, read(i), number(10, IntType.S32)),
                            increment(place(i)),
                            run(assign(element(place(array), read(i)),
                                    arithmetic(Operator.ADD, convert(read(i), IntType.U32),
                                            number(100, IntType.U32)))),
                            false),
                    run(assign(entry(out, number(0, IntType.U32)),
                            convert(read(element(place(array), convert(ARGUMENT, type))), IntType.U64)))));
            long typed = extend(type, index);
            long expected = 100 + (typed >= 0 && typed < 10 ? typed : 9);
            assertEquals(expected, started(unit, index).entry("results", 0).getLong(0), type + " " + index);
        }
    }

    @Test
    void anIndexWithinItsBoundsIsNotClamped() {
        LocalVariable array = local("numbers", array(IntType.U8, 16));
        Expression masked = arithmetic(Operator.AND, ARGUMENT, number(15, IntType.U64));
        IrUnit unit = lower(tree.unit(declare(array, null), result(0, read(element(place(array), masked)))));
        assertEquals(blocks(tree.unit(declare(array, null), result(0, read(element(place(array), number(1,
                IntType.U64)))))), unit.programs().getFirst().functions().getFirst().blocks().size());
    }

    private static int blocks(TypedUnit unit) {
        return lower(unit).programs().getFirst().functions().getFirst().blocks().size();
    }

    @Test
    void conditionsRunTheirRightSideOnlyIfNeeded() {
        LocalVariable touched = local("touched", IntType.U64);
        Expression touch = compare(Condition.EQUAL,
                compound(Operator.ADD, place(touched), number(1, IntType.U64)),
                number(1, IntType.U64));
        Expression isOne = compare(Condition.EQUAL, ARGUMENT, number(1, IntType.U64));
        IrUnit unit = lower(tree.unit(declare(touched, null),
                when(logical(true, isOne, touch), result(1, number(1, IntType.U64)),
                        result(1, number(2, IntType.U64))),
                when(not(logical(false, isOne, touch)), result(2, number(3, IntType.U64))),
                result(0, read(touched))));
        IrInterpreter one = started(unit, 1);
        assertEquals(1, one.entry("results", 0).getLong(0));
        assertEquals(1, one.entry("results", 1).getLong(0));
        IrInterpreter two = started(unit, 2);
        assertEquals(1, two.entry("results", 0).getLong(0), "only the right side of the second ran");
        assertEquals(2, two.entry("results", 1).getLong(0));
        assertEquals(0, count(unit, instruction -> instruction instanceof Instruction.Compare));
    }

    @Test
    void aMissingEntryReadsAsZeroAndAPresentOneAsItsValue() {
        MapVariable map = tree.map("map", MapKind.HASH, IntType.U64, IntType.U64, 8);
        IrUnit unit = lower(tree.unit(result(0, read(entry(map, ARGUMENT))),
                run(assign(entry(map, ARGUMENT), number(5, IntType.U64))),
                result(1, read(entry(map, ARGUMENT)))));
        IrInterpreter interpreter = started(unit, 77);
        assertEquals(0, interpreter.entry("results", 0).getLong(0));
        assertEquals(5, interpreter.entry("results", 1).getLong(0));
        assertEquals(5, interpreter.entry("map", 77).getLong(0));
    }

    @Test
    void compoundAssignmentCreatesAnEntryAndCountsWhatFindsNoRoom() {
        MapVariable map = tree.map("map", MapKind.HASH, IntType.U64, IntType.U64, 2);
        IrUnit unit = lower(
                tree.unit(run(compound(Operator.ADD, entry(map, ARGUMENT), number(3, IntType.U64))),
                        run(compound(Operator.SUBTRACT, entry(map, ARGUMENT), number(1, IntType.U64)))));
        IrInterpreter interpreter = new IrInterpreter(unit);
        for (long key = 1; key <= 3; key++) {
            long[] registers = new long[PtRegs.values().length];
            registers[PtRegs.DI.ordinal()] = key;
            interpreter.run(registers);
        }
        assertEquals(2, interpreter.entry("map", 1).getLong(0));
        assertNull(interpreter.entry("map", 3));
        assertEquals(2, interpreter.lost(LossCounter.Kind.MAP_FULL));
        assertTrue(count(unit, instruction -> instruction instanceof Instruction.Atomic) > 0);
    }

    @Test
    void perCpuMapsNeedNoAtomicOperation() {
        MapVariable map = tree.map("map", MapKind.PERCPU_HASH, IntType.U64, IntType.U64, 2);
        LocalVariable pointer = local("pointer", own(IntType.U64));
        IrUnit unit = lower(tree.unit(
                run(compound(Operator.ADD, entry(map, ARGUMENT), number(3, IntType.U64))),
                declare(pointer, call(map, MapMethod.LOOKUP_OR_INIT, own(IntType.U64), ARGUMENT)),
                run(compound(Operator.ADD, pointee(read(pointer)), number(3, IntType.U64)))));
        assertEquals(0, count(unit, instruction -> instruction instanceof Instruction.Atomic));
        assertEquals(6, started(unit, 1).entry("map", 1).getLong(0));
    }

    @Test
    void lookupOrInitYieldsACountedDiscardWhenTheMapIsFull() {
        StructType stat = struct("stat", "count", IntType.U64, "total", IntType.U64, "most", IntType.U64);
        MapVariable map = tree.map("map", MapKind.HASH, IntType.U32, stat, 1);
        LocalVariable pointer = local("pointer", own(stat));
        Place count = field(pointee(read(pointer)), "count");
        IrUnit unit = lower(tree.unit(
                declare(pointer,
                        call(map, MapMethod.LOOKUP_OR_INIT, own(stat), convert(ARGUMENT, IntType.U32))),
                run(compound(Operator.ADD, count, number(1, IntType.U64))), result(0, read(count))));
        IrInterpreter interpreter = new IrInterpreter(unit);
        long[] registers = new long[PtRegs.values().length];
        for (long key = 1; key <= 3; key++) {
            registers[PtRegs.DI.ordinal()] = key;
            interpreter.run(registers);
            assertEquals(1, interpreter.entry("results", 0).getLong(0));
        }
        assertEquals(1, interpreter.entries("map"));
        assertEquals(2, interpreter.lost(LossCounter.Kind.MAP_FULL));
    }

    @Test
    void keysHaveNoStaleBytesInTheirPadding() {
        StructType key = struct("key", "a", IntType.U8, "b", IntType.U64, "c", IntType.U16);
        MapVariable map = tree.map("map", MapKind.HASH, key, IntType.U64, 8);
        IrUnit unit = lower(
                tree.unit(run(increment(entry(map, aggregate(key, "a", convert(ARGUMENT, IntType.U8),
                        "b", number(7, IntType.U64), "c", number(9, IntType.U16)))))));
        IrInterpreter interpreter = started(unit, 0x1ff);
        assertEquals(1, interpreter.entries("map"));
        ByteBuffer expected = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        expected.put(0, (byte) 0xff).putLong(8, 7).putShort(16, (short) 9);
        assertTrue(interpreter.has("map", expected.array()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 255, 256, 0xffff_ffffL, 0x1_0000_0000L, Long.MAX_VALUE, -1, -300})
    void logarithmicHistogramsCountBySignificantBits(long number) {
        MapVariable histogram = tree.map("sizes", MapKind.PERCPU_ARRAY, IntType.U32, array(IntType.U64, 65),
                1,
                new MapRole.Log2Histogram());
        IrUnit unit = lower(tree.unit(
                run(call(histogram, MapMethod.ADD, VoidType.VOID, convert(ARGUMENT, IntType.S64)))));
        int bucket = number < 0 ? 0 : 64 - Long.numberOfLeadingZeros(number);
        assertEquals(1, started(unit, number).entry("sizes", 0).getLong(bucket * 8));
    }

    @ParameterizedTest
    @CsvSource({"-1,0", "9,0", "10,1", "14,1", "15,2", "29,4", "30,5", "1000,5"})
    void linearHistogramsCountBySteps(long number, int bucket) {
        MapVariable histogram = tree.map("sizes", MapKind.PERCPU_HASH, IntType.U64, array(IntType.U64, 6), 4,
                new MapRole.LinearHistogram(10, 30, 5));
        IrUnit unit = lower(
                tree.unit(run(call(histogram, MapMethod.ADD, VoidType.VOID, number(3, IntType.U64),
                        convert(ARGUMENT, IntType.S64)))));
        assertEquals(1, started(unit, number).entry("sizes", 3).getLong(bucket * 8));
    }

    @Test
    void printfWritesItsRecordAndCountsALostOne() {
        StructType record = struct("record", "id", IntType.U32, "a", IntType.S64, "b",
                array(IntType.CHAR, 16),
                "c", array(IntType.CHAR, 12), "d", IntType.U64);
        OutputSite site = new OutputSite.Print(5, "%d %s %s %x", record);
        IrUnit unit = lower(tree.unit(run(new Expression.Output(site, List.of(convert(ARGUMENT, IntType.S64),
                builtin(BuiltinFunction.COMM, array(IntType.CHAR, 16)),
                userRead(number(IrInterpreter.USER, user(IntType.CHAR)), array(IntType.CHAR, 12)),
                number(-1, IntType.U64)), AT))));
        byte[] content = started(unit, -7, "hi\0there".getBytes(StandardCharsets.UTF_8)).records(".output")
                .getFirst();
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(5, bytes.getLong(0), "the padding behind the id is zero");
        assertEquals(-7, bytes.getLong(8));
        assertArrayEquals(Arrays.copyOf("java".getBytes(StandardCharsets.UTF_8), 16),
                Arrays.copyOfRange(content, 16, 32));
        assertArrayEquals(Arrays.copyOf("hi".getBytes(StandardCharsets.UTF_8), 16),
                Arrays.copyOfRange(content, 32, 48));
        assertEquals(-1, bytes.getLong(48));
        IrInterpreter full = new IrInterpreter(unit);
        full.ringsFull = true;
        full.run(new long[PtRegs.values().length]);
        assertEquals(1, full.lost(LossCounter.Kind.LOST));
    }

    @Test
    void largeLocalsLiveInScratchThatEveryExitGivesBack() {
        StructType event = struct("event", "length", IntType.U64, "data", array(IntType.U8, 4096));
        MapVariable ring = tree.ring("events", event);
        LocalVariable e = local("e", event);
        LocalVariable key = local("key", array(IntType.U64, 8));
        Expression read = builtin(BuiltinFunction.READ_USER, IntType.S64, address(field(place(e), "data")),
                number(IrInterpreter.USER, user(VoidType.VOID)), ARGUMENT);
        IrUnit unit = lower(tree.unit(declare(e, null), declare(key, null),
                when(compare(Condition.EQUAL, ARGUMENT, number(0, IntType.U64)), leave(null)),
                run(assign(field(place(e), "length"), ARGUMENT)), run(read),
                run(call(ring, MapMethod.OUTPUT, IntType.S64, address(place(e)),
                        arithmetic(Operator.ADD, ARGUMENT, number(8, IntType.U64))))));
        assertEquals(0, started(unit, 0).entry(".scratch", 0).getLong(0));
        IrInterpreter interpreter = started(unit, 3, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        assertArrayEquals(new byte[]{3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3},
                interpreter.records("events").getFirst());
        assertEquals(0, interpreter.entry(".scratch", 0).getLong(0));
        for (int i = 0; i < UnitState.SCRATCH_ENTRIES; i++) {
            interpreter.entry(".scratch", i).putLong(0, 1);
        }
        interpreter.run(new long[PtRegs.values().length]);
        assertEquals(1, interpreter.lost(LossCounter.Kind.MISSED));
        byte[] whole = started(unit, 5000, new byte[5000]).records("events").getFirst();
        assertEquals(4104, whole.length, "no more than the record has");
    }

    @Test
    void globalsKeepTheirSectionsAndInitialBytes() {
        GlobalVariable target = tree.global("target", IntType.U32, true, (byte) 7);
        GlobalVariable hits = tree.global("hits", IntType.U64, false);
        GlobalVariable table = tree.global("table", array(IntType.U16, 4), false, (byte) 1, (byte) 0,
                (byte) 2,
                (byte) 0, (byte) 3);
        IrUnit unit = lower(tree.unit(run(increment(place(hits))), result(0, read(place(target))),
                result(1, read(element(place(table), ARGUMENT))), result(2, read(place(hits)))));
        IrInterpreter interpreter = started(unit, 2);
        assertEquals(7, interpreter.entry("results", 0).getLong(0));
        assertEquals(3, interpreter.entry("results", 1).getLong(0));
        assertEquals(1, interpreter.entry("results", 2).getLong(0));
        assertEquals(List.of(".data", ".rodata", ".bss"),
                unit.maps().stream().map(map -> map.name()).filter(name -> name.startsWith(".")).toList());
        assertTrue(unit.globals().stream()
                .anyMatch(global -> global.settable() && global.name().equals("target")));
    }

    @Test
    void functionsAreCalledOrInlinedWithTheSameResult() {
        LocalVariable x = local("x", IntType.S32);
        LocalVariable sum = local("sum", IntType.S32);
        LocalVariable i = local("i", IntType.S32);
        FunctionSymbol triangle = tree.function("triangle", IntType.S32, List.of(x),
                when(compare(Condition.SIGNED_LESS, read(x), number(0, IntType.S32)),
                        leave(number(-1, IntType.S32))),
                declare(sum, null), declare(i, number(0, IntType.S32)),
                loop(compare(Condition.SIGNED_LESS_OR_EQUAL, read(i), read(x)), increment(place(i)),
                        block(Stream.concat(
                                Stream.of(run(compound(Operator.ADD, place(sum), read(i)))),
                                Stream.generate(() -> run(compound(Operator.ADD, place(sum),
                                        number(0, IntType.S32)))).limit(20))
                                .toArray(Statement[]::new)),
                        false),
                leave(read(sum)));
        Expression argument = convert(ARGUMENT, IntType.S32);
        Expression once = convert(call(triangle, argument), IntType.S64);
        IrUnit inlined = lower(tree.unit(result(0, once)));
        IrUnit called = lower(tree.unit(result(0, once), result(1, once)));
        assertEquals(0, count(inlined, instruction -> instruction instanceof Instruction.CallFunction));
        assertEquals(2, count(called, instruction -> instruction instanceof Instruction.CallFunction));
        for (IrUnit unit : List.of(inlined, called)) {
            assertEquals(10, resultFor(unit, 4));
            assertEquals(-1, resultFor(unit, -4));
        }
    }

    @Test
    void unrolledLoopsLeaveTheirCounterAsOthersDo() {
        LocalVariable i = local("i", IntType.S32);
        LocalVariable sum = local("sum", IntType.S64);
        for (boolean unroll : new boolean[]{false, true}) {
            IrUnit unit = lower(tree.unit(declare(i, number(0, IntType.S32)), declare(sum, null),
                    loop(compare(Condition.SIGNED_LESS, read(i), number(7, IntType.S32)), increment(place(i)),
                            block(when(compare(Condition.EQUAL, convert(read(i), IntType.U64), ARGUMENT),
                                    new Statement.Break(AT)),
                                    when(compare(Condition.EQUAL, read(i), number(2, IntType.S32)),
                                            new Statement.Continue(AT)),
                                    run(compound(Operator.ADD, place(sum), convert(read(i), IntType.S64)))),
                            unroll),
                    result(0, read(sum)), result(1, convert(read(i), IntType.S64))));
            assertEquals(19, resultFor(unit, 100));
            assertEquals(7, started(unit, 100).entry("results", 1).getLong(0));
            assertEquals(4, started(unit, 4).entry("results", 1).getLong(0));
            assertEquals(4, resultFor(unit, 4));
        }
    }

    @Test
    void switchesFallThrough() {
        Statement first = result(0, number(1, IntType.U64));
        Statement second = result(1, number(2, IntType.U64));
        Statement other = result(2, number(3, IntType.U64));
        IrUnit unit = lower(tree.unit(new Statement.Switch(convert(ARGUMENT, IntType.S32), List.of(
                new Statement.Switch.Case(List.of(-5L), false, List.of(first)),
                new Statement.Switch.Case(List.of(6L, 7L), false, List.of(second, new Statement.Break(AT))),
                new Statement.Switch.Case(List.of(), true, List.of(other))), AT)));
        IrInterpreter minusFive = started(unit, -5);
        assertEquals(1, minusFive.entry("results", 0).getLong(0));
        assertEquals(2, minusFive.entry("results", 1).getLong(0));
        assertEquals(0, minusFive.entry("results", 2).getLong(0));
        assertEquals(2, started(unit, 7).entry("results", 1).getLong(0));
        assertEquals(3, started(unit, 8).entry("results", 2).getLong(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET", "GET /", "GET /index.html", "exactly16bytes!!"})
    void textIsComparedUpToItsEnd(String constant) {
        LocalVariable text = local("text", array(IntType.CHAR, 16));
        IrUnit unit = lower(tree.unit(declare(text, userRead(ARGUMENT, array(IntType.CHAR, 16))),
                result(0, new Expression.TextEquals(read(text), constant, AT)),
                result(1, builtin(BuiltinFunction.STRLEN, IntType.U64, address(place(text)),
                        number(16, IntType.U64))),
                result(2, convert(builtin(BuiltinFunction.STRNCMP, IntType.S32, address(place(text)),
                        text(constant, constant.length() + 1), number(constant.length() + 1, IntType.U64)),
                        IntType.S64))));
        for (String candidate : List.of("", "GET", "GET ", "GET /", "GET /index.html")) {
            IrInterpreter run = started(unit, IrInterpreter.USER,
                    (candidate + "\0junk").getBytes(StandardCharsets.UTF_8));
            assertEquals(candidate.equals(constant) ? 1 : 0, run.entry("results", 0).getLong(0), candidate);
            assertEquals(candidate.length(), run.entry("results", 1).getLong(0));
            if (constant.length() < 16) {
                assertEquals(Integer.signum(candidate.compareTo(constant)),
                        Long.signum(run.entry("results", 2).getLong(0)), candidate + " and " + constant);
            }
        }
    }

    @Test
    void anUnreadableAddressReadsAsZero() {
        IrUnit unit = lower(tree.unit(result(0, userRead(ARGUMENT, IntType.U64)),
                result(1, convert(userRead(ARGUMENT, IntType.S8), IntType.S64))));
        assertEquals(0, resultFor(unit, 8));
        assertEquals(-2, started(unit, IrInterpreter.USER, (byte) -2).entry("results", 1).getLong(0));
    }

    @Test
    void aReservedRecordHasNoStaleBytesAndAFailureIsCounted() {
        StructType event = struct("event", "a", IntType.U8, "b", IntType.U64, "c", IntType.U32);
        MapVariable ring = tree.ring("events", event);
        LocalVariable record = local("record", own(event));
        IrUnit unit = lower(tree.unit(declare(record, call(ring, MapMethod.RESERVE, own(event))),
                when(not(read(record)), leave(null)),
                run(assign(field(pointee(read(record)), "a"), convert(ARGUMENT, IntType.U8))),
                run(call(ring, MapMethod.SUBMIT, VoidType.VOID, read(record)))));
        byte[] expected = new byte[24];
        expected[0] = 9;
        assertArrayEquals(expected, started(unit, 9).records("events").getFirst());
        IrInterpreter full = new IrInterpreter(unit);
        full.ringsFull = true;
        full.run(new long[PtRegs.values().length]);
        assertEquals(1, full.lost(LossCounter.Kind.LOST));
    }

    @Test
    void structsAreSwappedThroughTheirOwnFields() {
        StructType pair = struct("pair", "a", IntType.U64, "b", IntType.U64);
        LocalVariable p = local("p", pair);
        IrUnit unit = lower(tree.unit(
                declare(p, aggregate(pair, "a", ARGUMENT, "b", number(2, IntType.U64))),
                run(assign(place(p), aggregate(pair, "a", read(field(place(p), "b")), "b",
                        read(field(place(p), "a"))))),
                result(0, read(field(place(p), "a"))), result(1, read(field(place(p), "b")))));
        IrInterpreter interpreter = started(unit, 1);
        assertEquals(2, interpreter.entry("results", 0).getLong(0));
        assertEquals(1, interpreter.entry("results", 1).getLong(0));
    }

    @Test
    void largeArraysAreCopiedByALoop() {
        LocalVariable from = local("from", array(IntType.U64, 60));
        LocalVariable to = local("to", array(IntType.U64, 60));
        IrUnit unit = lower(tree.unit(declare(from, null),
                run(assign(element(place(from), number(59, IntType.U64)), ARGUMENT)),
                run(assign(element(place(from), number(3, IntType.U64)), number(4, IntType.U64))),
                declare(to, read(from)), result(0, read(element(place(to), number(59, IntType.U64)))),
                result(1, read(element(place(to), number(3, IntType.U64))))));
        assertEquals(11, resultFor(unit, 11));
        assertEquals(4, started(unit, 11).entry("results", 1).getLong(0));
        assertTrue(count(unit, instruction -> true) < 250);
    }

    @Test
    void theResultOfMinimumIsTheComparedRegister() {
        IrUnit unit = lower(tree.unit(
                result(0, builtin(BuiltinFunction.MIN, IntType.U64, ARGUMENT, number(100, IntType.U64))),
                result(1, convert(builtin(BuiltinFunction.MAX, IntType.S32, number(-3, IntType.S32),
                        convert(ARGUMENT, IntType.S32)), IntType.S64))));
        assertEquals(100, resultFor(unit, -1));
        assertEquals(50, resultFor(unit, 50));
        assertEquals(-3, started(unit, -4).entry("results", 1).getLong(0));
        assertEquals(8, started(unit, 8).entry("results", 1).getLong(0));
    }

    @Test
    void sharedMemoryIsChangedAtOnceAndPrivateMemoryPlainly() {
        LocalVariable own = local("own", IntType.U64);
        GlobalVariable shared = tree.global("shared", IntType.U32, false);
        IrUnit unit = lower(
                tree.unit(declare(own, null), declare(local("p", own(IntType.U64)), address(place(own))),
                        run(compound(Operator.ADD, place(own), number(1, IntType.U64)))));
        assertFalse(count(unit, instruction -> instruction instanceof Instruction.Atomic) > 0);
        Expression old = new Expression.Compound(Operator.SUBTRACT, place(shared), number(1, IntType.U32),
                IntType.U32, true, AT);
        IrUnit atomic = lower(tree.unit(result(0, old), result(1, compound(Operator.SUBTRACT, place(shared),
                number(1, IntType.U32)))));
        assertEquals(2, count(atomic, instruction -> instruction instanceof Instruction.Atomic));
        assertEquals(0, resultFor(atomic, 0));
        assertEquals(0xffff_fffeL, started(atomic, 0).entry("results", 1).getLong(0));
    }
}
