package io.bpf4j.compiler.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.check.CheckOptions.TracepointAccess;
import io.bpf4j.compiler.parse.Parser;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Facts of the checked tree that the next stage relies on. */
class CheckedTreeTest {

    private static final CheckOptions RAW = new CheckOptions(TracepointFormats.builtIn(),
            () -> TracepointAccess.RAW);

    private static TypedUnit check(String text) {
        return check(text, CheckOptions.standard());
    }

    private static TypedUnit check(String text, CheckOptions options) {
        Diagnostics diagnostics = new Diagnostics();
        TypedUnit unit = Checker.check(Parser.parse(new SourceFile("test.probe", text), diagnostics), options,
                diagnostics);
        assertTrue(!diagnostics.hasErrors(), () -> new DiagnosticPrinter(false).print(diagnostics.sorted()));
        return unit;
    }

    private static Expression assigned(String expression) {
        TypedUnit unit = check(
                "struct n { u64 pad; struct n *next; char c[8]; };u64 x; probe uprobe:c:f(int i, struct n *p) {"
                        + " u8 b = i; s64 w = i; x = " + expression + "; b = b + w; }");
        for (Statement statement : unit.probes().getFirst().body().statements()) {
            if (statement instanceof Statement.Evaluate evaluate) {
                return ((Expression.Assign) evaluate.expression()).value();
            }
        }
        throw new AssertionError("no assignment");
    }

    private static long constant(String expression) {
        return assertInstanceOf(Expression.Constant.class, assigned(expression), expression).value();
    }

    @Test
    void constantsAreComputedAsTheMachineDoes() {
        assertEquals(0, constant("5 / 0"));
        assertEquals(5, constant("5 % 0"));
        assertEquals(Integer.MIN_VALUE, constant("(-2147483647 - 1) / -1"));
        assertEquals(2, constant("1 << 33"));
        assertEquals(1L << 33, constant("1l << 33"));
        assertEquals(0xffffffffL, constant("0xffffffff"));
        assertEquals(0, constant("0xffffffff + 1"));
        assertEquals(0x100000000L, constant("4294967295 + 1"));
        assertEquals(-1, constant("(s8)255"));
        assertEquals(1, constant("(bool)256"));
        assertEquals(0, constant("-1 < 1u"));
        assertEquals(24, constant("sizeof(struct n)"));
        assertEquals(16, constant("offsetof(n, c)"));
        assertEquals(3, constant("log2(4) * !0 ? min(3, 4) : 9"));
        assertEquals('a' + 8, constant("'a' + 010"));
        assertEquals(4, constant("strlen(\"four\")"));
    }

    @Test
    void narrowNumbersMeetInThirtyTwoBits() {
        Expression.Convert wide = assertInstanceOf(Expression.Convert.class, assigned("b + b"));
        Expression.Arithmetic sum = assertInstanceOf(Expression.Arithmetic.class, wide.operand());
        assertEquals(IntType.S32, sum.type());
        assertEquals(IntType.S32, sum.left().type());
    }

    @Test
    void bothSidesOfAnOperationHaveOneType() {
        Expression.Convert wide = assertInstanceOf(Expression.Convert.class, assigned("w * i"));
        Expression.Arithmetic product = assertInstanceOf(Expression.Arithmetic.class, wide.operand());
        assertEquals(List.of(IntType.S64, IntType.S64),
                List.of(product.left().type(), product.right().type()));
    }

    @Test
    void membersBehindProcessPointersAreCheckedReadsAtTheirOffsets() {
        Expression.UserRead pad = assertInstanceOf(Expression.UserRead.class, assigned("p->next->pad"));
        assertEquals(AddressSpace.USER, pad.space());
        Expression.Convert address = assertInstanceOf(Expression.Convert.class, pad.address());
        Expression.UserRead next = assertInstanceOf(Expression.UserRead.class, address.operand());
        Expression.PointerOffset offset = assertInstanceOf(Expression.PointerOffset.class, next.address());
        assertEquals(8, assertInstanceOf(Expression.Constant.class, offset.count()).value());
    }

    @Test
    void parametersAreReadFromTheirRegistersAtTheStart() {
        TypedProbe probe = check("probe uprobe:c:f(int a, char *b, u64 c) { printf(\"%d %s\", a, b); }")
                .probes().getFirst();
        Statement.Declare first = (Statement.Declare) probe.body().statements().get(0);
        Statement.Declare second = (Statement.Declare) probe.body().statements().get(1);
        assertEquals(IntType.S32, first.variable().type());
        assertEquals(new PointerType(IntType.CHAR, AddressSpace.USER), second.variable().type());
        Expression.Convert register = (Expression.Convert) second.value().orElseThrow();
        Place.Context place = (Place.Context) ((Expression.Read) register.operand()).place();
        assertEquals(PtRegs.SI.offset(), place.offset());
        assertEquals(3, probe.body().statements().size());
    }

    @Test
    void goFunctionsUseGosRegisters() {
        TypedUnit unit = check("probe uprobe:exe:\"main.run\" { printf(\"%d\", arg0); }"
                + "probe uprobe:exe:run.part.0 { printf(\"%d\", arg0); }");
        assertEquals(List.of(PtRegs.AX.offset(), PtRegs.DI.offset()),
                unit.probes().stream().map(CheckedTreeTest::printedOffset).toList());
    }

    private static int printedOffset(TypedProbe probe) {
        Statement.Evaluate evaluate = (Statement.Evaluate) probe.body().statements().getFirst();
        Expression.Read read = (Expression.Read) ((Expression.Output) evaluate.expression()).arguments()
                .getFirst();
        return ((Place.Context) read.place()).offset();
    }

    @Test
    void attachPointsAndNamesFollowTheSource() {
        TypedUnit unit = check(
                "probe uprobe:/lib/x-1.so.3:f+0x10, uprobe::g, uprobe:exe:0x40, uretprobe:ssl:\"a b\","
                        + " interval:ms:5, begin, begin, goret:s:\"m.f\", kprobe:vfs_read, profile:hz:99 { }");
        assertEquals(List.of("uprobe:/lib/x-1.so.3:f+16", "uprobe::g", "uprobe::0x40", "uretprobe:ssl:a b",
                "interval:ns:5000000", "begin", "begin", "goret:s:m.f", "kprobe:vfs_read", "profile:hz:99"),
                unit.probes().stream().map(probe -> probe.attach().spelling()).toList());
        assertEquals(
                List.of("f_10", "g_entry", "p0x40_entry", "a_b_return", "interval_5ms", "begin", "begin_2",
                        "m_f_return", "vfs_read_entry", "profile_99hz"),
                unit.probes().stream().map(TypedProbe::name).toList());
    }

    @Test
    void rawAccessTestsTheNumberAndReadsTheRegisters() {
        TypedUnit unit = check(
                "probe tracepoint:syscalls:sys_enter_openat { printf(\"%x\", args->args[3]); }", RAW);
        TypedProbe probe = unit.probes().getFirst();
        assertEquals(new AttachSpec.RawTracepoint("sys_enter"), probe.attach());
        assertEquals(ProgramType.RAW_TRACEPOINT, probe.type());
        Statement.If guard = assertInstanceOf(Statement.If.class, probe.body().statements().getFirst());
        Expression.Compare test = assertInstanceOf(Expression.Compare.class, guard.condition());
        assertEquals(257, assertInstanceOf(Expression.Constant.class, test.right()).value());
        Statement.Evaluate print = (Statement.Evaluate) probe.body().statements().get(1);
        Expression.UserRead read = (Expression.UserRead) ((Expression.Output) print.expression()).arguments()
                .getFirst();
        assertEquals(AddressSpace.KERNEL, read.space());
        Expression.PointerOffset register = (Expression.PointerOffset) read.address();
        assertEquals(PtRegs.R10.offset(), ((Expression.Constant) register.count()).value());
    }

    @Test
    void computedIndexesOfTheContextGoThroughItsAddress() {
        TypedUnit unit = check(
                "u32 i; probe tracepoint:raw_syscalls:sys_enter { printf(\"%x %x\", args->args[2], args->args[i]); }");
        Statement.Evaluate print = (Statement.Evaluate) unit.probes().getFirst().body().statements()
                .getFirst();
        List<Expression> arguments = ((Expression.Output) print.expression()).arguments();
        assertInstanceOf(Place.Element.class, ((Expression.Read) arguments.get(0)).place());
        Expression.PointerOffset element = (Expression.PointerOffset) ((Expression.UserRead) arguments.get(1))
                .address();
        Expression.PointerOffset start = (Expression.PointerOffset) element.pointer();
        assertEquals(BuiltinFunction.CONTEXT, ((Expression.Builtin) start.pointer()).function());
    }

    @Test
    void printfRecordsHoldTheArgumentsBehindTheirId() {
        TypedUnit unit = check(
                "probe uprobe:c:f(char *s, u8 b) { printf(\"%s %d %s %c\\n\", s, b, \"abc\", 'x'); exit(); }");
        OutputSite.Print site = assertInstanceOf(OutputSite.Print.class, unit.outputs().getFirst());
        assertEquals("%s %d %s %c\n", site.format());
        assertEquals(List.of("u32", "char[128]", "u64", "char[4]", "s64"),
                site.record().fields().stream().map(StructType.Field::type).map(type -> type.spelling())
                        .toList());
        assertEquals(List.of(0, 1), unit.outputs().stream().map(OutputSite::id).toList());
    }

    @Test
    void globalsHaveTheirBytesAndDescriptions() {
        TypedUnit unit = check("const s16 a = -2; // first\n/* second\n * line */\nchar t[4] = \"ab\";\n"
                + "struct p { u8 x; u32 y; }; struct p v = { .y = 258, .x = 1 }; u16 w[] = { 1, 2, 3 };"
                + "probe begin { }");
        assertArrayEquals(new byte[]{-2, -1}, unit.globals().get(0).initial());
        assertEquals("first", unit.globals().get(0).description());
        assertArrayEquals(new byte[]{'a', 'b', 0, 0}, unit.globals().get(1).initial());
        assertEquals("second line", unit.globals().get(1).description());
        assertArrayEquals(new byte[]{1, 0, 0, 0, 2, 1, 0, 0}, unit.globals().get(2).initial());
        assertArrayEquals(new byte[]{1, 0, 2, 0, 3, 0}, unit.globals().get(3).initial());
    }

    @Test
    void histogramsAreMapsOfCounts() {
        TypedUnit unit = check(
                "map hist h; map lhist<u32>(0, 100, 10) l(7); probe begin { h.add(1); l.add(2, 3); }");
        assertEquals(new MapRole.Log2Histogram(), unit.maps().get(0).spec().role());
        assertEquals(65 * 8, unit.maps().get(0).spec().valueSize());
        assertEquals(new MapRole.LinearHistogram(0, 100, 10), unit.maps().get(1).spec().role());
        assertEquals(12 * 8, unit.maps().get(1).spec().valueSize());
        assertEquals(7, unit.maps().get(1).spec().maxEntries());
    }

    @Test
    void uncalledFunctionsAreLeftOut() {
        TypedUnit unit = check(
                "void a() { printf(\"a\"); } void b() { c(); } void c() { printf(\"c\"); } probe begin { b(); }");
        assertEquals(List.of("b", "c"), unit.functions().stream().map(one -> one.name()).toList());
        assertEquals(1, unit.outputs().size());
    }
}
