package io.bpf4j.compiler.lower;

import static io.bpf4j.compiler.lower.Tree.AT;
import static io.bpf4j.compiler.lower.Tree.address;
import static io.bpf4j.compiler.lower.Tree.aggregate;
import static io.bpf4j.compiler.lower.Tree.arithmetic;
import static io.bpf4j.compiler.lower.Tree.array;
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
import static io.bpf4j.compiler.lower.Tree.user;
import static io.bpf4j.compiler.lower.Tree.userRead;
import static io.bpf4j.compiler.lower.Tree.when;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.compiler.ir.IrChecker;
import io.bpf4j.compiler.ir.IrPrinter;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Compares the code of typical sources with the approved listing; {@code -Dapprove=true} approves what there is. */
class GoldenListingTest {
    private static final Path APPROVED = Path.of("src/test/resources/io/bpf4j/compiler/lower");
    private static final Expression ARGUMENT = register(PtRegs.SI);

    @TestFactory
    List<DynamicTest> theCodeIsAsApproved() {
        return List.of(golden("enter", enter()), golden("exit", exit()), golden("event", event()),
                golden("reserve", reserve()), golden("histogram", histogram()), golden("printf", printf()),
                golden("scratch", scratch()), golden("clamp", clamp()), golden("loop", counted(false)),
                golden("unrolled", counted(true)), golden("context-array", contextArray()),
                golden("text", text()));
    }

    private static DynamicTest golden(String name, TypedUnit unit) {
        return DynamicTest.dynamicTest(name, () -> compareWithApproved(name, Lowerer.lower(unit)));
    }

    private static void compareWithApproved(String name, IrUnit unit) throws IOException {
        IrChecker.require(unit);
        String maps = unit.maps().stream().map(GoldenListingTest::describe).collect(Collectors.joining());
        String actual = maps + IrPrinter.print(unit);
        Path file = APPROVED.resolve(name + ".ir");
        if (Boolean.getBoolean("approve")) {
            Files.writeString(file, actual);
        }
        assertEquals(Files.readString(file), actual, "see the difference, then approve with -Dapprove=true");
    }

    private static String describe(MapSpec map) {
        return "map " + map.name() + " " + map.kind().keyword() + " key " + map.keySize() + " value "
                + map.valueSize() + " entries " + map.maxEntries() + " flags " + map.flags() + "\n";
    }

    private static TypedUnit enter() {
        Tree tree = new Tree();
        GlobalVariable target = tree.global("target", IntType.U32, true);
        MapVariable entered = tree.map("entered", MapKind.HASH, IntType.U64, IntType.U64, 10240);
        return tree.unit(ProgramType.TRACEPOINT,
                when(logical(true, compare(Condition.NOT_EQUAL, read(place(target)), number(0, IntType.U32)),
                        compare(Condition.NOT_EQUAL, builtin(BuiltinFunction.PID, IntType.U32),
                                read(place(target)))),
                        leave(null)),
                run(Tree.assign(
                        entry(entered, convert(builtin(BuiltinFunction.TID, IntType.U32), IntType.U64)),
                        builtin(BuiltinFunction.KTIME_NS, IntType.U64))));
    }

    private static TypedUnit exit() {
        Tree tree = new Tree();
        StructType stat = struct("stat", "count", IntType.U64, "total_ns", IntType.U64);
        MapVariable entered = tree.map("entered", MapKind.HASH, IntType.U64, IntType.U64, 10240);
        MapVariable calls = tree.map("syscalls", MapKind.HASH, IntType.U32, stat, 8192);
        LocalVariable start = local("start", own(IntType.U64));
        LocalVariable s = local("s", own(stat));
        Expression tid = convert(builtin(BuiltinFunction.TID, IntType.U32), IntType.U64);
        Expression id = convert(read(new Place.Context(8, IntType.S64, AT)), IntType.U32);
        return tree.unit(ProgramType.TRACEPOINT,
                declare(start, call(entered, MapMethod.LOOKUP, own(IntType.U64), tid)),
                when(not(read(start)), leave(null)),
                declare(s, call(calls, MapMethod.LOOKUP_OR_INIT, own(stat), id)),
                run(compound(Operator.ADD, field(pointee(read(s)), "count"), number(1, IntType.U64))),
                run(compound(Operator.ADD, field(pointee(read(s)), "total_ns"),
                        arithmetic(Operator.SUBTRACT, builtin(BuiltinFunction.KTIME_NS, IntType.U64),
                                read(pointee(read(start)))))),
                run(call(entered, MapMethod.DELETE, IntType.S64, tid)));
    }

    private static StructType eventType() {
        return struct("event", "kind", IntType.U8, "pid", IntType.U32, "comm", array(IntType.CHAR, 16),
                "time",
                IntType.U64);
    }

    private static Expression eventValue() {
        return aggregate(eventType(), "kind", number(3, IntType.U8), "pid",
                builtin(BuiltinFunction.PID, IntType.U32), "comm",
                builtin(BuiltinFunction.COMM, array(IntType.CHAR, 16)), "time",
                builtin(BuiltinFunction.KTIME_NS, IntType.U64));
    }

    private static TypedUnit event() {
        Tree tree = new Tree();
        MapVariable events = tree.map("events", MapKind.PERF_EVENT_ARRAY, VoidType.VOID, VoidType.VOID, 0,
                new MapRole.Events(eventType()));
        return tree.unit(run(call(events, MapMethod.OUTPUT, IntType.S64, eventValue())));
    }

    private static TypedUnit reserve() {
        Tree tree = new Tree();
        StructType record = struct("chunk", "length", IntType.U32, "data", array(IntType.U8, 0));
        MapVariable events = tree.ring("events", record);
        LocalVariable length = local("length", IntType.U64);
        LocalVariable chunk = local("chunk", own(record));
        return tree.unit(declare(length, builtin(BuiltinFunction.MIN, IntType.U64, ARGUMENT,
                number(4096, IntType.U64))),
                declare(chunk, call(events, MapMethod.RESERVE, own(record), read(length))),
                when(read(chunk), Tree.block(
                        run(Tree.assign(field(pointee(read(chunk)), "length"),
                                convert(read(length), IntType.U32))),
                        run(builtin(BuiltinFunction.READ_USER, IntType.S64,
                                address(field(pointee(read(chunk)), "data")),
                                convert(ARGUMENT, user(VoidType.VOID)), read(length))),
                        run(call(events, MapMethod.SUBMIT, VoidType.VOID, read(chunk))))));
    }

    private static TypedUnit histogram() {
        Tree tree = new Tree();
        MapVariable sizes = tree.map("sizes", MapKind.PERCPU_HASH, IntType.U32, array(IntType.U64, 65), 1024,
                new MapRole.Log2Histogram());
        return tree
                .unit(run(call(sizes, MapMethod.ADD, VoidType.VOID, builtin(BuiltinFunction.PID, IntType.U32),
                        convert(ARGUMENT, IntType.S64))));
    }

    private static TypedUnit printf() {
        Tree tree = new Tree();
        StructType record = struct("record", "id", IntType.U32, "a", IntType.S64, "b",
                array(IntType.CHAR, 32));
        OutputSite site = new OutputSite.Print(0, "%d %s\n", record);
        return tree.unit(run(new Expression.Output(site, List.of(convert(ARGUMENT, IntType.S64),
                userRead(ARGUMENT, array(IntType.CHAR, 32))), AT)));
    }

    private static TypedUnit scratch() {
        Tree tree = new Tree();
        MapVariable counts = tree.map("counts", MapKind.HASH, array(IntType.CHAR, 512), IntType.U64, 64);
        LocalVariable path = local("path", array(IntType.CHAR, 512));
        return tree.unit(declare(path, userRead(ARGUMENT, array(IntType.CHAR, 512))),
                run(increment(entry(counts, read(path)))));
    }

    private static TypedUnit clamp() {
        Tree tree = new Tree();
        GlobalVariable table = tree.global("table", array(IntType.U32, 10), false);
        return tree.unit(run(Tree.assign(element(place(table), convert(ARGUMENT, IntType.S32)),
                read(element(place(table), arithmetic(Operator.AND, ARGUMENT, number(7, IntType.U64)))))));
    }

    private static TypedUnit counted(boolean unroll) {
        Tree tree = new Tree();
        LocalVariable sum = local("sum", IntType.U64);
        LocalVariable i = local("i", IntType.S32);
        GlobalVariable table = tree.global("table", array(IntType.U64, 3), false);
        GlobalVariable total = tree.global("total", IntType.U64, false);
        return tree.unit(declare(sum, null), declare(i, number(0, IntType.S32)),
                loop(compare(Condition.SIGNED_LESS, read(i), number(3, IntType.S32)), increment(place(i)),
                        run(compound(Operator.ADD, place(sum), read(element(place(table), read(i))))),
                        unroll),
                run(Tree.assign(place(total), read(sum))));
    }

    private static TypedUnit contextArray() {
        Tree tree = new Tree();
        GlobalVariable total = tree.global("total", IntType.U64, false);
        Place arguments = new Place.Context(16, array(IntType.U64, 3), AT);
        return tree.unit(ProgramType.TRACEPOINT, run(Tree.assign(place(total),
                read(element(arguments, read(new Place.Context(8, IntType.U64, AT)))))));
    }

    private static TypedUnit text() {
        Tree tree = new Tree();
        GlobalVariable hits = tree.global("hits", IntType.U64, false);
        LocalVariable comm = local("comm", array(IntType.CHAR, 16));
        return tree.unit(declare(comm, builtin(BuiltinFunction.COMM, array(IntType.CHAR, 16))),
                when(logical(false, new Expression.TextEquals(read(comm), "nginx", AT),
                        new Expression.TextEquals(read(comm), "containerd", AT)),
                        run(increment(place(hits)))));
    }
}
